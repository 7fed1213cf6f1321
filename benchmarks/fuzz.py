"""Reading under inputs that a coverage-guided fuzzer makes up: nothing raises but what says what is wrong.

`python -m benchmarks.fuzz TARGET [SECONDS]`, TARGET one of frames, hl7, escapes, times, fhir. It needs
`atheris`, which is no dependency of this project. What fails is printed, and kept in a file `crash-...` here;
the exit code is then not 0. `python -m benchmarks.fuzz TARGET FILE` reads such a file again.
"""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import atheris

with atheris.instrument_imports(include=["service"]):
    from service import fhir, hl7
    from service.domain.errors import InputError
    from service.domain.event import Event, Format
    from service.hl7.escapes import CONTROL_CHARACTERS, STANDARD, escape, unescape
    from service.hl7.payload import read_payload
    from service.hl7.times import iso_date, version_digits
    from service.mapping import load
    from service.mllp import FrameDecoder
    from service.pipeline.chart import Reader
    from service.pipeline.lines import lines_of
    from service.pipeline.trial import try_payload

_REPOSITORY: Final = Path(__file__).resolve().parent.parent
_SAMPLES: Final = _REPOSITORY / "docs" / "samples"
_SECONDS: Final = "120"
_NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
#: What is begun with, where no sample is: a fuzzer guesses letters, not formats.
_SEEDS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "frames": (b"\x07\x0bMSH|\x1c\r\x0bMSH|\x1c\r", b"\x03\r\n\x0ba\x1cb\x0bc\x1c\r"),
    "escapes": (rb"\F\\S\\T\\R\\E\\.br\\X0D0A\\H\x\N\\Zxx\\.sp 2\ ", "Größe \\X4CC3".encode()),
    "times": (b"20260301120000.1234-0500", b"202602", b" 2026022 "),
}


def _frames(data: bytes) -> None:
    """However a stream is cut, its frames are the same."""
    piece = data[0] % 32 + 1 if data else 1
    whole, cut = FrameDecoder(4096), FrameDecoder(4096)
    frames = whole.feed(data[1:])
    pieces = [frame for at in range(1, len(data), piece) for frame in cut.feed(data[at : at + piece])]
    assert frames == pieces, (frames, pieces)
    assert (whole.broken, whole.partial, whole.stray) == (cut.broken, cut.partial, cut.stray)


def _escapes(data: bytes) -> None:
    """What was escaped is read as it was; whatever else comes is read as something."""
    text = data.decode("utf-8", "replace")
    unescape(text, STANDARD)
    if not CONTROL_CHARACTERS.search(text):
        assert unescape(escape(text), STANDARD) == text


def _times(data: bytes) -> None:
    """A time is digits, or nothing; a date is one of the calendar, or nothing."""
    text = data.decode("utf-8", "replace")
    digits, day = version_digits(text), iso_date(text)
    assert not digits or (digits.isascii() and digits.isdigit() and len(digits) >= len("2026")), digits
    assert not day or date.fromisoformat((day + "-01-01")[:10]), day


def _hl7_of(reader: Reader) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        """Any bytes are answered; what is taken is read, or says why not."""
        payload = read_payload(data)
        for message in payload.messages if payload else [data]:
            answer = hl7.admit(message, now=_NOW, ack_id="1").answer
            if answer:
                assert hl7.read_ack(answer).code[1:] in {"A", "E", "R"}
        for embedded in hl7.embedded_in(_event(Format.HL7V2, data)):
            assert embedded.media_type
        for trial in try_payload(reader, data.lstrip(b"{ \t\r\n")):
            for chart in trial.charts:
                lines_of(chart)

    return read


def _fhir_of(reader: Reader) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        """Any bytes are judged; what is taken is read, or says why not."""
        event = _event(Format.FHIR, data)
        taken = fhir.admit(data, resource_type=None, resource_id=None, method="POST", assigned_id="1")
        fhir.embedded_in(event)
        if taken.quarantine or taken.faults:
            return
        fhir.links_of(event)
        try:
            parts = reader.read(event).parts
        except InputError:
            return
        for key, part in parts:
            lines_of(reader.chart([(key, part)]))

    return read


def _event(form: Format, body: bytes) -> Event:
    kind = "ORU^R01" if form is Format.HL7V2 else "Procedure"
    return Event("1" * 32, "main", form, "A|B", kind, "1", 0.0, 1, body)


def _target(name: str) -> tuple[Callable[[bytes], None], str]:
    """What reads, and which samples it begins with."""
    plain: Mapping[str, Callable[[bytes], None]] = {"frames": _frames, "escapes": _escapes, "times": _times}
    if name in plain:
        return plain[name], ""
    reader = Reader(load(_REPOSITORY / "mappings"))
    return (_hl7_of(reader), "hl7v2/*") if name == "hl7" else (_fhir_of(reader), "fhir/*.json")


def main() -> None:
    """Fuzz until the time is over, or something fails."""
    name, *rest = sys.argv[1:] or ["hl7"]
    read, samples = _target(name)
    again = [each for each in rest if Path(each).is_file()]
    seconds = next((each for each in rest if each.isdecimal()), _SECONDS)
    with TemporaryDirectory() as corpus:
        begun_with = [path.read_bytes() for path in _SAMPLES.glob(samples)] if samples else _SEEDS[name]
        for number, seed in enumerate(begun_with):
            Path(corpus, f"{number}").write_bytes(seed)
        options = again or [corpus, f"-max_total_time={seconds}", "-max_len=4096", "-timeout=20"]
        atheris.Setup([sys.argv[0], *options], read)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
