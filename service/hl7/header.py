"""MSH, read as far as it goes, for any bytes at all: what an answer needs."""

import re

from service.domain.errors import Fault, UnreadableInput
from service.domain.frozen import frozen
from service.hl7.charset import decode, unicode_codec
from service.hl7.escapes import CONTROL_CHARACTERS, STANDARD, Separators
from service.hl7.message import Segment, separators_of

TRIGGER = re.compile(r"[A-Z][A-Z0-9]{2}")  # table 0003, by its shape
BEGINS_LINK = frozenset({"0", "-1"})  # MSH-13 of a message that may have no other content
_ACKNOWLEDGEMENTS = frozenset({"ACK", "MCF"})
_LINE_END = re.compile(rb"[\r\n]")
_LONGEST_NAME = 60
LONGEST_HEADER = 16_384  # bytes; no lawful MSH comes near, and an answer repeats parts of it


@frozen
class Header:
    """The MSH segment of a message; one without fields when it cannot be read, and `faults` says why."""

    segment: Segment
    charset: str  # Python codec
    faults: tuple[Fault, ...] = ()

    @property
    def separators(self) -> Separators:
        return self.segment.separators

    @property
    def is_acknowledgement(self) -> bool:
        """Whether this is an answer; answers are never answered."""
        return self.value(9) in _ACKNOWLEDGEMENTS

    def field(self, n: int) -> str:
        """MSH-n as sent."""
        return self.segment.field(n)

    def value(self, n: int, c: int = 1) -> str:
        """MSH-n.c, unescaped, without blanks around it."""
        raw = self.segment.field(n)
        if not raw or raw.isalnum():  # no delimiter in it: the common case, on the hot path
            return raw if c == 1 else ""
        return self.segment.component(n, c).strip()

    def name(self, n: int, c: int = 1) -> str:
        """The same, as it can be shown and stored: short, and without control characters."""
        return CONTROL_CHARACTERS.sub("", self.value(n, c))[:_LONGEST_NAME]


def read_header(body: bytes, charset: str | None = None) -> Header:
    """Read MSH and nothing else; never raises. `charset` is the one that HTTP says."""
    wide = unicode_codec(body).startswith(("utf-16", "utf-32"))
    decoded = decode(body if wide else _first_line(body), charset)
    line = re.split(r"[\r\n]", decoded.text.lstrip(), maxsplit=1)[0]
    try:
        segment = Segment("MSH", 1, line, separators_of(line))
    except UnreadableInput as error:
        # With MSH-1 as everybody has it, the sender can still be told which message this is about.
        echo = line if line.startswith("MSH|") else "MSH|"
        return Header(Segment("MSH", 1, echo, STANDARD), decoded.charset, error.faults)
    return Header(segment, decoded.charset)


def _first_line(body: bytes) -> bytes:
    start = body.lstrip()
    end = _LINE_END.search(start, 0, LONGEST_HEADER)
    return start[: end.start() if end else LONGEST_HEADER]
