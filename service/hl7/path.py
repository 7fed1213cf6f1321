"""HL7 paths of feed files: `OBX[2=TX|FT][3.1=IMG]-5`, `PID-3[5=MR].1`.

`SEG[condition]-F[condition].C.S`: conditions on the segment name one of its fields (`3.1=IMG`), conditions on
the field one of its components (`5=MR`); alternatives are joined by `|`, case does not matter, and all must
hold. Without `.C` the whole field is meant: free text as a whole, of anything coded the code (component 1),
or its text (component 2) when there is no code.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.domain.feed import Feed
from service.domain.frozen import frozen
from service.hl7.escapes import unescape
from service.hl7.message import Segment

_PATH = re.compile(
    r"(?P<segment>[A-Z][A-Z0-9]{2})(?P<where>(?:\[[^\]]*\])*)"
    r"-(?P<field>[1-9]\d{0,2})(?P<which>(?:\[[^\]]*\])*)"
    r"(?:\.(?P<component>[1-9]\d{0,2}))?(?:\.(?P<subcomponent>[1-9]\d{0,2}))?"
)
_CONDITION = re.compile(r"\[(?P<a>[1-9]\d{0,2})(?:\.(?P<b>[1-9]\d{0,2}))?=(?P<values>[^\]]+)\]")
_CONDITIONS = re.compile(r"\[[^\]]*\]")
#: Segments that stand once: people are shown PID-3.1, not PID[1]-3.1.
_ONCE = frozenset({"MSH", "EVN", "PID", "PD1", "PV1", "PV2", "TXA", "MRG", "SCH"})
_LINES = frozenset({"TX", "FT"})  # OBX-2 whose repetitions are lines of one text
_FREE_TEXT = _LINES | {"ST"}


@frozen
class Found:
    """A value, and where it stands."""

    text: str
    segment: Segment
    read_by: "HL7Path"
    repetition: int = 0

    @property
    def path(self) -> str:
        """Where it stands, as people are shown it."""
        return self.read_by.shown(self.segment, self.repetition)


@dataclass(frozen=True, slots=True)
class Condition:
    """Of a segment: field `a`, component `b`. Of a field: component `a`, subcomponent `b`."""

    a: int
    b: int
    values: frozenset[str]  # lower-cased

    def holds_in(self, segment: Segment) -> bool:
        values = (segment.component_of(raw, self.b) for raw in segment.repetitions(self.a) or [""])
        return any(value.strip().lower() in self.values for value in values)

    def holds_for(self, segment: Segment, repetition: str) -> bool:
        return segment.component_of(repetition, self.a, self.b).strip().lower() in self.values


@dataclass(frozen=True, slots=True, eq=False)
class HL7Path:
    """A path, ready to read with. One text is one path, made once: what it finds is kept by it."""

    text: str
    segment: str
    field: int
    component: int  # 0 = the whole field
    subcomponent: int
    where: tuple[Condition, ...] = ()
    which: tuple[Condition, ...] = ()
    place: str = ""  # "-5.1": field, component and subcomponent, as people are shown them
    is_plain: bool = False  # what stands in the field is the value, where it is one word

    def read(self, segments: Sequence[Segment]) -> list[Found]:
        """The values in these segments, in order; empty ones are none."""
        found: list[Found] = []
        at = self.field
        for segment in segments:
            fields = segment.fields
            if at < len(fields) and fields[at] and segment.name == self.segment:  # most fields are empty
                found += self.found_in(segment, fields[at])
        return found

    def first_text(self, segments: Sequence[Segment]) -> str:
        """The first of these values, without blanks around it; "" = none."""
        at = self.field
        for segment in segments:
            fields = segment.fields
            if at < len(fields) and (raw := fields[at]) and segment.name == self.segment:
                if self.is_plain and raw.isalnum():  # nothing but this: the common case
                    return raw
                if found := self.found_in(segment, raw):
                    return found[0].text.strip()
        return ""

    def found_in(self, segment: Segment, raw: str) -> list[Found]:
        for condition in self.where:
            if not condition.holds_in(segment):
                return []
        if not self.which and segment.separators.repetition not in raw:
            if self.component:
                text = segment.component_of(raw, self.component, self.subcomponent)
                return [Found(text, segment, self)] if text.strip() else []
            if segment.is_one_value(raw):
                return [Found(raw, segment, self)] if raw.strip() else []
        return [found for found in self._read(segment) if found.text.strip()]

    def _read(self, segment: Segment) -> Iterator[Found]:
        kind = "" if self.component else _kind(segment, self.field)
        texts = [(self._value(segment, raw, kind), at) for at, raw in self._repetitions(segment)]
        if kind in _LINES:
            yield Found("\n".join(text for text, _ in texts), segment, self)
            return
        for text, at in texts:
            yield Found(text, segment, self, at)

    def _repetitions(self, segment: Segment) -> Iterator[tuple[int, str]]:
        for at, raw in enumerate(segment.repetitions(self.field)):
            if all(condition.holds_for(segment, raw) for condition in self.which):
                yield at, raw

    def _value(self, segment: Segment, repetition: str, kind: str) -> str:
        if kind:
            return "" if repetition == '""' else unescape(repetition, segment.separators)
        if self.component:
            return segment.component_of(repetition, self.component, self.subcomponent)
        return segment.component_of(repetition, 1) or segment.component_of(repetition, 2)

    def shown(self, segment: Segment, repetition: int) -> str:
        """Where it reads, as people are shown it."""
        name = self.segment
        if segment.index > 1 or name not in _ONCE:
            name = f"{name}[{segment.index}]"
        if repetition:
            field = f"-{self.field}"
            return f"{name}{field}[{repetition + 1}]{self.place.removeprefix(field)}"
        return name + self.place


@lru_cache(maxsize=4096)
def compile_path(text: str) -> HL7Path:
    """Make a path ready; raises ValueError with a plain sentence."""
    match = _PATH.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an HL7 path like OBX[3.1=IMG]-5 or PID-3[5=MR].1")
    component, subcomponent = int(match["component"] or 0), int(match["subcomponent"] or 1)
    where, which = _conditions(match["where"], text), _conditions(match["which"], text)
    return HL7Path(
        text,
        match["segment"],
        int(match["field"]),
        component,
        subcomponent,
        where,
        which,
        f"-{match['field']}{_shown_part(component, subcomponent)}",
        is_plain=component <= 1 and subcomponent == 1 and not where and not which,
    )


def path_of(feed: Feed, text: str) -> HL7Path:
    """Make a path of a feed ready; raises MappingError with the place where it is written."""
    try:
        return compile_path(text)
    except ValueError as error:
        raise feed.error(str(error), text) from None


def _shown_part(component: int, subcomponent: int) -> str:
    part = f".{component}" if component else ""
    return part + (f".{subcomponent}" if subcomponent > 1 else "")


def _conditions(brackets: str, path: str) -> tuple[Condition, ...]:
    return tuple(_condition(bracket, path) for bracket in _CONDITIONS.findall(brackets))


def _condition(bracket: str, path: str) -> Condition:
    match = _CONDITION.fullmatch(bracket)
    if match is None:
        raise ValueError(f"{bracket!r} in {path!r} is not a condition like [3.1=IMG] or [2=TX|FT]")
    values = frozenset(value.strip().lower() for value in match["values"].split("|"))
    return Condition(int(match["a"]), int(match["b"] or 1), values)


def _kind(segment: Segment, field: int) -> str:
    """The data type of a field that is free text; "" for any other."""
    if segment.name == "NTE":
        return "FT" if field == 3 else ""  # noqa: PLR2004 - NTE-3, the comment
    if segment.name != "OBX" or field != 5:  # noqa: PLR2004 - OBX-5, of the type that OBX-2 says
        return ""
    kind = segment.component(2, 1).upper()
    return kind if kind in _FREE_TEXT else ""
