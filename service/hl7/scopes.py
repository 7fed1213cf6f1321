"""Which segments speak of which procedure of a message: its own, and those that all share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from service.domain.errors import Fault, UnsupportedInput
from service.domain.feed import Feed
from service.domain.frozen import frozen
from service.hl7.message import Segment
from service.hl7.path import Condition, Found, HL7Path

_MOST_PROCEDURES = 1000  # no report comes near; without a limit one message could keep a worker for hours
_ByName = dict[str, list[Segment]]
_Index = Mapping[str, Sequence[Segment]]


@frozen
class Scope:
    """What is said of one procedure, by segment name, each in the order of the message."""

    ordinal: int  # 1 = the first procedure of the message
    segments: Mapping[str, Sequence[Segment]]
    _indexes: dict[tuple[str, int, int], _Index] = field(default_factory=dict, repr=False)
    _texts: dict[str, str] = field(default_factory=dict, repr=False)  # by path, as written

    def of(self, name: str) -> Sequence[Segment]:
        return self.segments.get(name, ())

    def only(self, name: str, wanted: Callable[[Segment], bool]) -> "Scope":
        """The same scope with some of the segments of one name."""
        kept = [segment for segment in self.of(name) if wanted(segment)]
        return Scope(self.ordinal, {**self.segments, name: kept})

    def read(self, path: HL7Path) -> list[Found]:
        """What a path finds here; its first condition is looked up, since a feed has many like it."""
        segments = self.segments.get(path.segment)
        if not segments:
            return []
        return path.read(self._meeting(path.where[0], path.segment) if path.where else segments)

    def _meeting(self, condition: Condition, name: str) -> Sequence[Segment]:
        index = self._index(name, condition.a, condition.b)
        hits = {segment.index: segment for value in condition.values for segment in index.get(value, ())}
        return [hits[at] for at in sorted(hits)]

    def first(self, paths: Sequence[HL7Path]) -> list[Found]:
        """What the first path finds that finds something."""
        for path in paths:
            if path.segment in self.segments and (found := self.read(path)):
                return found
        return []

    def text(self, *paths: HL7Path) -> str:
        """The first thing that the paths find, without blanks around it; "" = nothing.

        Identities and names ask for the same few fields over and over: each path is read once.
        """
        for path in paths:
            text = self._texts.get(path.text)
            if text is None:
                found = self.read(path)
                text = self._texts[path.text] = found[0].text.strip() if found else ""
            if text:
                return text
        return ""

    def says(self, conditions: Sequence[tuple[HL7Path, frozenset[str]]]) -> bool:
        """Whether any path finds one of its values (lower-cased)."""
        return any(
            found.text.strip().lower() in values for path, values in conditions for found in self.read(path)
        )

    def meets(self, conditions: Sequence[tuple[HL7Path, frozenset[str]]]) -> bool:
        """Whether every path finds one of its values; "" stands for nothing."""
        return all(self.text(path).lower() in values for path, values in conditions)

    def says_throughout(self, conditions: Sequence[tuple[HL7Path, frozenset[str]]]) -> bool:
        """Whether each segment of a path, if there is any, says one of the path's values there."""
        return any(
            all(
                segment.component(path.field, path.component or 1, path.subcomponent).strip().lower()
                in values
                for segment in self.of(path.segment)
            )
            for path, values in conditions
        )

    def _index(self, name: str, a: int, b: int) -> _Index:
        index = self._indexes.get((name, a, b))
        if index is None:
            index = self._indexes[name, a, b] = self._indexed(name, a, b)
        return index

    def _indexed(self, name: str, a: int, b: int) -> _Index:
        index: _ByName = {}
        for segment in self.of(name):
            for raw in segment.repetitions(a) or [""]:
                index.setdefault(segment.component_of(raw, b).strip().lower(), []).append(segment)
        return index


@dataclass(slots=True)
class _Procedure:
    patient: int  # which PID of the message it stands under; 0 = before any, or there is but one
    own: list[Segment]


def scopes(segments: Sequence[Segment], feed: Feed) -> list[Scope]:
    """The procedures of a message, in order; raises UnsupportedInput when they are beyond number."""
    patients = _patients(segments)
    owners = _owners(segments, feed)
    procedures: dict[int, _Procedure] = {}
    shared: dict[int, list[Segment]] = {}
    for segment, patient, owner in zip(segments, patients, owners, strict=True):
        if owner:
            procedures.setdefault(owner, _Procedure(patient, [])).own.append(segment)
        else:
            shared.setdefault(patient, []).append(segment)
    if len(procedures) > _MOST_PROCEDURES:
        raise UnsupportedInput(
            Fault(feed.each, "104", f"more than {_MOST_PROCEDURES} procedures in one message")
        )
    return [_scope(ordinal, procedure, shared) for ordinal, procedure in sorted(procedures.items())]


def _scope(ordinal: int, procedure: _Procedure, shared: Mapping[int, Sequence[Segment]]) -> Scope:
    """A message may hold several patients: what stands under another's PID is not shared."""
    by_name: _ByName = {}
    under = shared.get(procedure.patient, ()) if procedure.patient else ()
    for segment in (*shared.get(0, ()), *under, *procedure.own):
        by_name.setdefault(segment.name, []).append(segment)
    for named in by_name.values():
        named.sort(key=lambda segment: segment.index)
    return Scope(ordinal, by_name)


def _patients(segments: Sequence[Segment]) -> list[int]:
    """For each segment the number of the PID it stands under; all 0 when there is but one PID."""
    several = sum(segment.name == "PID" for segment in segments) > 1
    patients, patient = [], 0
    for segment in segments:
        patient += several and segment.name == "PID"
        patients.append(patient)
    return patients


def _owners(segments: Sequence[Segment], feed: Feed) -> list[int]:
    """For each segment the procedure it belongs to, by number; 0 = shared."""
    owners = [0] * len(segments)
    procedures = current = 0
    for at, segment in enumerate(segments):
        if segment.name == feed.each:
            procedures += 1
            owners[at] = current = procedures
            _take_leads(segments, owners, at, feed)
        elif segment.name == "PID":
            current = 0
        elif segment.name in feed.owns:
            owners[at] = current
    return owners


def _take_leads(segments: Sequence[Segment], owners: list[int], opener: int, feed: Feed) -> None:
    """Give an opener the segments directly before it that lead it (ORC before OBR)."""
    at = opener - 1
    while at >= 0 and segments[at].name in feed.leads and segments[at].name != feed.each:
        owners[at] = owners[opener]
        at -= 1
