"""How the time of reading grows with the length of what is read, from frames to notes and FHIR Bundles.

`python -m benchmarks.linear_time [BYTES]` prints a table of inputs made to take long, each also twice as
long; exit code 1 where that takes more than 2.5 times as long. Time that grows with the square shows as 4.
It is time of the processor, and both lengths take turns: what else runs on the machine slows both alike.
"""

import gc
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import process_time
from typing import Final

from service import fhir
from service.domain.errors import UnreadableInput
from service.domain.event import Event, Format
from service.hl7 import Message, admit, decode, read_ack, split_messages, unescape
from service.hl7.escapes import STANDARD
from service.hl7.times import iso_date, version_digits
from service.mapping import load
from service.mllp import FrameDecoder
from service.pipeline.chart import Reader
from service.pipeline.lines import lines_of
from service.pipeline.trial import try_payload

_LENGTH: Final = 256 * 1024  # bytes: more does not fit a cache that others use too
_ROUNDS: Final = 5  # at least
_SECONDS: Final = 1.0  # what is read in less has more rounds, as one page fault is much of it
_MOST: Final = 2.5
_MSH: Final = b"MSH|^~\\&|A|B|C|D|20260301||ORU^R01|1|P|2.5.1\r"
_CHARGE: Final = _MSH.replace(b"ORU^R01", b"DFT^P03") + b"PID|1||1\rFT1|1|||20260301||CG|62323\r"
_NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)


def _frames(data: bytes, piece: int) -> None:
    decoder = FrameDecoder()
    for at in range(0, len(data), piece):
        decoder.feed(data[at : at + piece])


def _every_component(body: bytes) -> None:
    message = Message.parse(decode(body).text)
    for segment in message.segments:
        for n in range(1, 40):
            for repetition in segment.repetitions(n):
                segment.component_of(repetition, 1)


def _answer(body: bytes) -> None:
    try:
        read_ack(body)
    except UnreadableInput:
        return


def _note(body: bytes) -> None:
    head, _, text = body.partition(b"\r")
    _message(head + b"\rPID|1||1\rOBR|1||1|A|||20260301\rOBX|1|TX|A||" + text)


def _message(body: bytes) -> None:
    """From the door to the lines."""
    for trial in try_payload(_reader(), body):
        for chart in trial.charts:
            lines_of(chart)


def _time(text: str) -> None:
    version_digits(text)
    iso_date(text)


@cache
def _reader() -> Reader:
    return Reader(load(Path(__file__).parents[1] / "mappings"))


def _fhir(body: bytes) -> None:
    """As the door and the worker read it."""
    taken = fhir.admit_posted(body)
    event = Event("1" * 32, "main", Format.FHIR, "A", taken.message_type, "1", 0.0, 1, body)
    fhir.embedded_in(event)
    if not taken.quarantine:
        fhir.links_of(event)
        _reader().read(event)


_PROCEDURE: Final = (
    b'{"resourceType":"Procedure","status":"completed","code":{"text":"x"},'
    b'"subject":{"reference":"Patient/1"},'
)
_BUNDLE: Final = b'{"resourceType":"Bundle","type":"collection","entry":['
_OBSERVATION: Final = b'{"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"}}},'

#: What is read -> (how, what stands before, what is repeated, what stands behind).
_INPUTS: Final[Mapping[str, tuple[Callable[[bytes], object], *tuple[bytes, ...]]]] = {
    "framer: one frame, 4 KB a read": (lambda data: _frames(data, 4096), b"\x0b", b"x"),
    "framer: one frame, 16 bytes a read": (lambda data: _frames(data, 16), b"\x0b", b"x"),
    "framer: frames of no length": (lambda data: _frames(data, 4096), b"", b"\x0b\x1c\r"),
    "framer: beginning again": (lambda data: _frames(data, 4096), b"", b"\x0b"),
    "framer: ends that are none": (lambda data: _frames(data, 4096), b"\x0b", b"\x1c"),
    "framer: line ends": (lambda data: _frames(data, 4096), b"", b"\r\n"),
    "payload: headers of batches": (split_messages, b"", b"BHS|\r"),
    "payload: messages of a few bytes": (split_messages, b"", b"MSH|\r"),
    "payload: almost a header": (split_messages, b"MSH|", b"\rBHSMSH"),
    "payload: line ends": (split_messages, b"BHS|", b"\r\n"),
    "payload: UTF-16": (split_messages, "BHS|".encode("utf-16"), "\rMSH|".encode("utf-16-le")),
    "admit: one line": (lambda body: admit(body, now=_NOW, ack_id="1"), b"MSH|^~\\&", b"|~"),
    "admit: lines": (lambda body: admit(body, now=_NOW, ack_id="1"), _MSH, b"DSC|\r"),
    "message: segments": (_every_component, _MSH, b"OBX|1|ST|A\r"),
    "message: fields": (_every_component, _MSH + b"OBX", b"|"),
    "message: repetitions": (_every_component, _MSH + b"OBX|", b"~"),
    "message: components": (_every_component, _MSH + b"OBX|", b"^&"),
    "message: lines that are no segments": (_every_component, _MSH + b"OBX|", b"\ntext"),
    "message: escape characters": (_every_component, _MSH + b"OBX|", b"\\"),
    "acknowledgement: errors": (_answer, _MSH + b"MSA|AA|1\r", b"ERR|||207\r"),
    "escapes: known": (lambda data: unescape(data.decode(), STANDARD), b"", b"\\F\\"),
    "escapes: unknown": (lambda data: unescape(data.decode(), STANDARD), b"", b"\\?"),
    "escapes: one of many bytes": (lambda data: unescape(data.decode() + "\\", STANDARD), b"\\X", b"41"),
    "times: digits": (lambda data: _time(data.decode()), b"", b"2026"),
    "times: blanks": (lambda data: _time(data.decode()), b"", b" "),
    "note: words": (_note, _MSH, b"a catheter was left in place. "),
    "note: lines": (_note, _MSH, b"\\.br\\left L2-L3:"),
    "note: observations": (_note, _MSH, b"|F\rOBX|1|ST|A||x"),
    "charges: one code again and again": (_message, _CHARGE, b"PR1|1||62323^^C4\r"),
    "FHIR: entries of a Bundle": (_fhir, _BUNDLE, _OBSERVATION, b'{"fullUrl":"urn:x"}]}'),
    "FHIR: text of a note": (_fhir, _PROCEDURE + b'"note":[{"text":"', b"it was done. ", b'"}]}'),
    "FHIR: notes": (_fhir, _PROCEDURE + b'"note":[', b'{"text":"done"},', b'{"text":"x"}]}'),
    "FHIR: codings": (_fhir, _PROCEDURE + b'"bodySite":[{"coding":[', b'{"code":"1"},', b'{"code":"2"}]}]}'),
    "FHIR: depth": (_fhir, b'{"resourceType":"Procedure","x":', b"[", b""),
    "FHIR: digits": (_fhir, _PROCEDURE + b'"x":', b"9", b"}"),
    "FHIR: one name again and again": (_fhir, _PROCEDURE, b'"x":1,', b'"x":1}'),
}


def main() -> None:
    """Print the table."""
    length = int(sys.argv[1]) if len(sys.argv) > 1 else _LENGTH
    _reader()
    gc.freeze()  # as the service does
    print(f"| {length // 1024} KB of | ms | twice as long: ms | ratio |\n|---|---|---|---|")
    worst = 0.0
    for name, (read, *parts) in _INPUTS.items():
        once, twice = _milliseconds(read, *(_input(size, *parts) for size in (length, 2 * length)))
        worst = max(worst, twice / once)
        print(f"| {name} | {once:.2f} | {twice:.2f} | {twice / once:.2f} |")
    sys.exit(worst > _MOST)


def _input(length: int, start: bytes, part: bytes, end: bytes = b"") -> bytes:
    return start + part * (length // len(part)) + end


def _milliseconds(read: Callable[[bytes], object], *inputs: bytes) -> list[float]:
    """For each input the best of some rounds."""
    best = [float("inf")] * len(inputs)
    spent, rounds = 0.0, 0
    while rounds < _ROUNDS or spent < _SECONDS:
        for at, data in enumerate(inputs):
            took = _seconds(read, data)
            best[at] = min(best[at], took)
            spent += took
        rounds += 1
    return [max(each * 1000, 0.001) for each in best]


def _seconds(read: Callable[[bytes], object], data: bytes) -> float:
    before = process_time()
    read(data)
    return process_time() - before


if __name__ == "__main__":
    main()
