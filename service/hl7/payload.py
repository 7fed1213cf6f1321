"""Payloads of several messages: [FHS] { [BHS] { MSH ... } [BTS] } [FTS], every part of it optional."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from service.domain.errors import Fault, UnreadableInput
from service.hl7.charset import unicode_codec
from service.hl7.escapes import STANDARD, Separators, read_separators

LINE_START = r"(?<![^\r\n\x0b\x1c])"  # also after the frame of an MLLP capture
_BEGINS = r"MSH(?=[^A-Za-z0-9\s])"
# MSH-2 may be wrong, and then the message is refused; words in it are those of a note.
_HEADER = (
    r"MSH(?=(?P<separator>[^A-Za-z0-9\s])"
    r"(?:(?!(?P=separator))[^A-Za-z0-9\s]){0,5}(?:(?P=separator)|[\r\n]|\Z))"
)
_MARK = re.compile(
    LINE_START + rf"(?:(?P<message>{_HEADER})"
    r"|(?P<line>(?:FHS|BHS|BTS|FTS)(?:[^A-Za-z0-9\s][^\r\n]*)?)(?:[\r\n]+|\Z))"
)
_NO_HEADER = re.compile(LINE_START + rf"(?!{_HEADER}){_BEGINS}")
_ENVELOPE = re.compile(rb"[BF][TH]S")
_TAIL_BYTES = 256  # in which a trailer stands, if there is one


@dataclass(frozen=True, slots=True)
class Envelope:
    """BHS and BTS around a batch, or FHS and FTS around a file, as they came; "" = it did not."""

    header: str = field(default="", repr=False)
    trailer: str = field(default="", repr=False)
    faults: tuple[Fault, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.header or self.trailer)

    @property
    def text(self) -> str:
        return "".join(f"{line}\r" for line in (self.header, self.trailer) if line)

    @property
    def separators(self) -> Separators:
        """Those of the header line; the usual ones where it has none that can be read."""
        try:
            return read_separators(self.header[3:4], self.value(2))
        except UnreadableInput:
            return STANDARD

    def value(self, n: int) -> str:
        """BHS-n as sent."""
        fields = self.header.split(self.header[3:4] or "|")
        return fields[n - 1] if n <= len(fields) else ""


@dataclass(slots=True)
class Batch:
    """Messages with what stands around them."""

    envelope: Envelope = Envelope()
    messages: list[bytes] = field(default_factory=list, repr=False)


@dataclass(frozen=True, slots=True)
class Payload:
    """What came in one frame or one request."""

    file: Envelope
    batches: tuple[Batch, ...]
    codec: str  # maps its bytes to characters, and back

    @property
    def messages(self) -> list[bytes]:
        """All messages, and what stands where one should; in order."""
        return [message for batch in self.batches for message in batch.messages]


def read_payload(body: bytes) -> Payload | None:
    """Cut a payload into its messages, for any bytes; None = one message, or none, with nothing around it.

    What stands before a message, or behind a trailer, is a message of its own: it is refused, and seen.
    """
    if _is_plain(body):
        return None
    codec = _codec_of(body)
    try:
        text = body.decode(codec, "surrogateescape")
    except UnicodeDecodeError:
        return None
    marks = list(_MARK.finditer(text))
    if len(marks) == sum(mark["line"] is None for mark in marks) <= 1:
        return None
    reading = _Reading(codec)
    reading.message(text[: marks[0].start()])
    for mark, end in zip(marks, [*(mark.start() for mark in marks[1:]), len(text)], strict=True):
        if mark["line"]:
            reading.line(mark["line"])
        reading.message(text[mark.end() if mark["line"] else mark.start() : end])
    return reading.payload()


def split_messages(body: bytes) -> list[bytes]:
    """The messages of a payload; one message, or none at all, comes back as it is."""
    payload = read_payload(body)
    return (payload.messages if payload else []) or [body]


def false_start(body: bytes) -> bool:
    """Whether a line within a message begins as MSH does, and is no header: nobody can say what it is."""
    if _is_plain(body):
        return False
    return _NO_HEADER.search(body.decode(_codec_of(body), "replace"), 1) is not None


def _codec_of(body: bytes) -> str:
    return unicode_codec(body) or "latin-1"  # Latin-1: bytes to characters one to one, whatever they mean


def _is_plain(body: bytes) -> bool:
    """Whether it is one message for sure: what nearly all are, on the hot path."""
    if not body.startswith(b"MSH") or body.count(b"MSH") != 1:
        return False
    return _ENVELOPE.search(body, max(0, len(body) - _TAIL_BYTES)) is None


class _Reading:
    """What was read of a payload so far."""

    def __init__(self, codec: str) -> None:
        self._codec = codec
        self._file = ["", ""]  # FHS, FTS
        self._batches: list[Batch] = []
        self._is_open = False  # whether what comes belongs to the last batch
        self._faults: list[Fault] = []

    def line(self, line: str) -> None:
        name = line[:3]
        if name == "BHS":
            self._open(Envelope(line))
        elif name == "BTS":
            if not self._is_open:
                self._open(Envelope())
            batch = self._batches[-1]
            batch.envelope = Envelope(batch.envelope.header, line)
            self._is_open = False
        else:
            self._of_the_file(name, line)

    def message(self, text: str) -> None:
        if not text.strip():
            return
        if not self._is_open:
            self._open(Envelope())
        self._batches[-1].messages.append(text.encode(self._codec, "surrogateescape"))

    def payload(self) -> Payload:
        for batch in self._batches:
            header, trailer = batch.envelope.header, batch.envelope.trailer
            faults = tuple(_count_faults("BTS-1", trailer, len(batch.messages), "messages"))
            if not batch.messages and not trailer:
                faults = (Fault("BHS", "100", "the batch holds no message"),)
            batch.envelope = Envelope(header, trailer, faults)
        self._faults += _count_faults("FTS-1", self._file[1], len(self._batches), "batches")
        file = Envelope(self._file[0], self._file[1], tuple(self._faults))
        return Payload(file, tuple(self._batches), self._codec.removesuffix("-sig"))

    def _open(self, envelope: Envelope) -> None:
        self._batches.append(Batch(envelope))
        self._is_open = True

    def _of_the_file(self, name: str, line: str) -> None:
        at = 0 if name == "FHS" else 1
        if self._file[at] or (name == "FHS" and self._batches):
            self._faults.append(Fault(name, "100", f"{name} stands where none is expected"))
        self._file[at] = self._file[at] or line
        self._is_open = False


def _count_faults(location: str, trailer: str, counted: int, what: str) -> Iterator[Fault]:
    """What BTS-1 or FTS-1 says, held against what came; they may be empty."""
    stated = trailer[3:].split(trailer[3:4] or "|")[1:2]
    number = stated[0].strip() if stated else ""
    if number and not (number.isascii() and number.isdigit()):
        yield Fault(location, "102", f"the number of {what} is no number")
    elif number and number.lstrip("0") != (str(counted) if counted else ""):
        yield Fault(location, "100", f"the count is not that of the {what} that came: {counted}")
