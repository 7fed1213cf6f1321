"""The lazy view of an ER7 message: decode first, split second, unescape last.

It keeps whatever it is given (Z segments, segments out of order, odd versions), and splits a field when that
is read. hl7apy, at a thousandth of the speed, judges only what this service builds.
"""

import re
from functools import lru_cache
from typing import Self

from service.domain.errors import Fault, UnreadableInput
from service.hl7.charset import Decoded, decode
from service.hl7.escapes import Separators, escape, read_separators, unescape
from service.hl7.payload import LINE_START, split_messages

__all__ = ["Decoded", "Message", "Segment", "Separators", "decode", "escape", "split_messages", "unescape"]

_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
_PATH = re.compile(r"([A-Z][A-Z0-9]{2})-(\d{1,3})(?:\.(\d{1,3}))?(?:\.(\d{1,3}))?")
_MESSAGE_START = re.compile(LINE_START + r"(?=MSH[^A-Za-z0-9\s])")
_CONTINUATION = "ADD"
_DELIMITER_FIELDS = 2  # MSH-1 and MSH-2 are delimiters, and never split by them


class Segment:
    """One segment. Field numbers are HL7's: in MSH, field 1 is the separator."""

    __slots__ = ("fields", "index", "name", "raw", "separators")

    def __init__(self, name: str, index: int, raw: str, separators: Separators) -> None:
        self.name = name
        self.index = index  # 1 = the first segment of this name in the message
        self.raw = raw
        self.separators = separators
        self.fields = raw.split(separators.field)  # as sent; the first is the name
        if name == "MSH":
            self.fields.insert(1, separators.field)

    def __repr__(self) -> str:
        return f"Segment({self.name}[{self.index}])"  # its text is patient data

    def field(self, n: int) -> str:
        """The whole field as sent: repetitions, components and escapes in it."""
        return self.fields[n] if n < len(self.fields) else ""

    def head(self, count: int) -> list[str]:
        """So many of its fields from the name on, as sent; "" for those it has not."""
        return self.fields[:count] + [""] * (count - len(self.fields))

    def repetitions(self, n: int) -> list[str]:
        """The repetitions of a field as sent; empty ones keep their place."""
        raw = self.field(n)
        if not self.repeats(n):
            return [raw] if raw else []
        return raw.split(self.separators.repetition)

    def repeats(self, n: int) -> bool:
        """Whether a field has several repetitions."""
        repetition = self.separators.repetition
        return repetition != "" and repetition in self.field(n) and not self._is_delimiters(n)

    def component(self, n: int, c: int, s: int = 1, rep: int = 0) -> str:
        """One (sub)component, unescaped; "" when absent, empty, or the HL7 null."""
        raw = self.fields[n] if n < len(self.fields) else ""
        if raw.isalnum():  # one word, as in component_of
            return raw if c == s == 1 and not rep else ""
        if not raw or self._is_delimiters(n):
            return raw
        if rep or self.separators.repetition in raw:
            repetitions = self.repetitions(n)
            raw = repetitions[rep] if rep < len(repetitions) else ""
        return self.component_of(raw, c, s)

    def component_of(self, repetition: str, c: int, s: int = 1) -> str:
        """One (sub)component of a repetition as sent, unescaped."""
        if repetition.isalnum():  # no delimiter in it: the common case, on the hot path
            return repetition if c == s == 1 else ""
        by = self.separators
        part = _part(repetition, by.component, c)
        if s > 1 or by.subcomponent in part:
            part = _part(part, by.subcomponent, s)
        if part == '""':
            return ""
        return unescape(part, by) if by.escape in part else part

    def is_one_value(self, repetition: str) -> bool:
        """Whether there is neither delimiter nor escape in a repetition, nor the HL7 null."""
        if repetition.isalnum():
            return True
        by = self.separators
        return not (
            by.component in repetition
            or by.subcomponent in repetition
            or by.escape in repetition
            or by.repetition in repetition
            or repetition == '""'
        )

    def _is_delimiters(self, n: int) -> bool:
        return self.name == "MSH" and n <= _DELIMITER_FIELDS


class Message:
    """One message: its delimiters and its segments, in the order in which they came."""

    __slots__ = ("_segments", "_text", "separators")

    def __init__(self, text: str, separators: Separators) -> None:
        self.separators = separators
        self._text = text
        self._segments: list[Segment] | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """View a decoded message.

        Raises UnreadableInput when it has no MSH, impossible delimiters, or another message behind it: two
        patients must never be read as one.
        """
        text = text.lstrip()
        separators = separators_of(text)
        if text.count("MSH") > 1 and _MESSAGE_START.search(text, 1):
            raise UnreadableInput(Fault("MSH[2]", "100", "several messages in one"))
        return cls(text, separators)

    @property
    def segments(self) -> list[Segment]:
        if self._segments is None:
            self._segments = _segments(self._text, self.separators)
        return self._segments

    def of(self, name: str) -> list[Segment]:
        """The segments of one name."""
        return [segment for segment in self.segments if segment.name == name]

    def get(self, path: str) -> str:
        """A value by its path ("MSH-9.1"), in the first segment of that name, first repetition, unescaped.

        A path without a component reads component 1; "" when absent.
        """
        name, n, c, s = _numbers(path)
        for segment in self.segments:
            if segment.name == name:
                return segment.component(n, c, s)
        return ""


def separators_of(text: str) -> Separators:
    """The delimiters of a message that begins with MSH; raises UnreadableInput."""
    if not text.startswith("MSH") or len(text) == len("MSH"):
        raise UnreadableInput(Fault("MSH", "100", "the message does not begin with an MSH segment"))
    field = text[3]
    line = text[4:10].replace("\n", "\r").partition("\r")[0]  # MSH-2 is at most five characters
    return read_separators(field, line.partition(field)[0])


def _segments(text: str, separators: Separators) -> list[Segment]:
    """Lines to segments. A line that is none continues the one before it: some senders break text so."""
    segments: list[Segment] = []
    count: dict[str, int] = {}
    continued: dict[int, list[str]] = {}
    field = separators.field
    for line in text.replace("\n", "\r").split("\r"):
        name = line[:3]
        index = count.get(name, 0) + 1
        if name == _CONTINUATION and line[3:4] == field and len(segments) > 1:
            continued.setdefault(len(segments) - 1, []).append(line)
        elif (line[3:4] == field and (index > 1 or _NAME.fullmatch(name))) or _NAME.fullmatch(line):
            count[name] = index
            segments.append(Segment(name, index, line, separators))
        elif segments and line.strip():
            continued.setdefault(len(segments) - 1, []).append(line)
    for at, rest in continued.items():
        first = segments[at]
        raw = "".join([first.raw, *(_continuing(line, field) for line in rest)])
        segments[at] = Segment(first.name, first.index, raw, separators)
    return segments


def _continuing(line: str, field: str) -> str:
    """What a line adds to its segment: ADD goes on in the middle of a field, other text is a new line."""
    is_added = line.startswith(_CONTINUATION + field)
    return line[len(_CONTINUATION) + 1 :] if is_added else "\n" + line


def _part(text: str, separator: str, n: int) -> str:
    if not separator or separator not in text:
        return text if n == 1 else ""
    parts = text.split(separator)
    return parts[n - 1] if n <= len(parts) else ""


@lru_cache(maxsize=512)
def _numbers(path: str) -> tuple[str, int, int, int]:
    match = _PATH.fullmatch(path)
    if match is None:
        raise ValueError(f"{path!r} is not a path like PID-3.1")
    return match[1], int(match[2]), int(match[3] or 1), int(match[4] or 1)
