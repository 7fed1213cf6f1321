"""Which segments speak of which procedure of a message: its own, and those that all share."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from itertools import accumulate
from operator import attrgetter

from service.domain.errors import Fault, UnsupportedInput
from service.domain.feed import Feed
from service.domain.frozen import frozen
from service.hl7.message import Segment
from service.hl7.path import Condition, Found, HL7Path

_MOST_PROCEDURES = 1000  # no report comes near; without a limit one message could keep a worker for hours
_NUMBER = attrgetter("index")
_Index = Mapping[str, Sequence[Segment]]


@frozen
class Places:
    """Segments by name, and by what paths ask of them: a feed has many paths with one kind of condition."""

    by_name: Mapping[str, Sequence[Segment]]
    _indexes: dict[tuple[str, int, int], _Index] = field(default_factory=dict, repr=False)

    def of(self, path: HL7Path) -> Sequence[Segment]:
        """Where a path may find something: what has its name, and meets its first condition."""
        segments = self.by_name.get(path.segment, ())
        return self._meeting(path.where[0], path.segment) if path.where and segments else segments

    def _meeting(self, condition: Condition, name: str) -> Sequence[Segment]:
        index = self._index(name, condition.a, condition.b)
        hits = {segment.index: segment for value in condition.values for segment in index.get(value, ())}
        return [hits[at] for at in sorted(hits)]

    def _index(self, name: str, a: int, b: int) -> _Index:
        index = self._indexes.get((name, a, b))
        if index is None:
            index = self._indexes[name, a, b] = self._indexed(name, a, b)
        return index

    def _indexed(self, name: str, a: int, b: int) -> _Index:
        index: dict[str, list[Segment]] = {}
        for segment in self.by_name[name]:
            for raw in segment.repetitions(a) or [""]:
                index.setdefault(segment.component_of(raw, b).strip().lower(), []).append(segment)
        return index


class Texts(dict[HL7Path, str]):
    """What each path finds first, without blanks around it; "" = nothing. Read when it is asked for.

    Identities, names and the billing context ask for the same few fields over and over.
    """

    __slots__ = ("_places",)

    def __init__(self, places: Places) -> None:
        super().__init__()
        self._places = places

    def __missing__(self, path: HL7Path) -> str:
        text = self[path] = path.first_text(self._places.of(path))
        return text


class Scope:
    """What is said of one procedure, by segment name, each in the order of the message."""

    __slots__ = ("_places", "ordinal", "segments", "texts")

    def __init__(self, ordinal: int, segments: Mapping[str, Sequence[Segment]]) -> None:
        self.ordinal = ordinal  # 1 = the first procedure of the message
        self.segments = segments
        self._places = Places(segments)
        self.texts = Texts(self._places)

    def of(self, name: str) -> Sequence[Segment]:
        return self.segments.get(name, ())

    def only(self, name: str, kept: Sequence[Segment]) -> "Scope":
        """The same scope with some of the segments of one name."""
        return Scope(self.ordinal, {**self.segments, name: kept})

    def read(self, path: HL7Path) -> list[Found]:
        """What a path finds here."""
        return path.read(self._places.of(path))

    def first(self, paths: Sequence[HL7Path]) -> list[Found]:
        """What the first path finds that finds something."""
        for path in paths:
            if path.segment in self.segments and (found := self.read(path)):
                return found
        return []

    def text(self, paths: Sequence[HL7Path]) -> str:
        """The first thing that the paths find, without blanks around it; "" = nothing."""
        for path in paths:
            if text := self.texts[path]:
                return text
        return ""

    def says(self, conditions: Sequence[tuple[HL7Path, frozenset[str]]]) -> bool:
        """Whether any path finds one of its values (lower-cased)."""
        return any(
            found.text.strip().lower() in values for path, values in conditions for found in self.read(path)
        )

    def meets(self, conditions: Sequence[tuple[HL7Path, frozenset[str]]]) -> bool:
        """Whether every path finds one of its values; "" stands for nothing."""
        return all(self.texts[path].lower() in values for path, values in conditions)

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


def scopes(segments: Sequence[Segment], feed: Feed) -> list[Scope]:
    """The procedures of a message, in order; raises UnsupportedInput when they are beyond number."""
    names = [segment.name for segment in segments]
    several_patients = names.count("PID") > 1
    if names.count(feed.each) == 1 and not several_patients:
        return [Scope(1, _by_name(segments))]  # all that is said is said of it
    own: defaultdict[int, list[Segment]] = defaultdict(list)  # by procedure
    shared: defaultdict[int, list[Segment]] = defaultdict(
        list
    )  # by the PID above it; 0 = one is there for all
    patient_of: dict[int, int] = {}
    patients = accumulate(name == "PID" for name in names) if several_patients else [0] * len(names)
    owners = _owners(segments, feed)
    for segment, patient, owner in zip(segments, patients, owners, strict=True):
        if owner:
            own[owner].append(segment)
            patient_of.setdefault(owner, patient)
        else:
            shared[patient].append(segment)
    if len(own) > _MOST_PROCEDURES:
        raise UnsupportedInput(
            Fault(feed.each, "104", f"more than {_MOST_PROCEDURES} procedures in one message")
        )
    return [_scope(owner, own[owner], patient_of[owner], shared) for owner in sorted(own)]


def _scope(
    ordinal: int, own: Sequence[Segment], patient: int, shared: Mapping[int, Sequence[Segment]]
) -> Scope:
    """A message may hold several patients: what stands under another's PID is not shared."""
    under = shared.get(patient, ()) if patient else ()
    by_name = _by_name((*shared.get(0, ()), *under, *own))
    for named in by_name.values():
        named.sort(key=_NUMBER)
    return Scope(ordinal, by_name)


def _by_name(segments: Iterable[Segment]) -> dict[str, list[Segment]]:
    by_name: dict[str, list[Segment]] = {}
    for segment in segments:
        by_name.setdefault(segment.name, []).append(segment)
    return by_name


def _owners(segments: Sequence[Segment], feed: Feed) -> list[int]:
    """For each segment the procedure it belongs to, by number; 0 = shared."""
    owners = [0] * len(segments)
    procedures = current = 0
    opener, owned = feed.each, feed.owns
    for at, segment in enumerate(segments):
        name = segment.name
        if name == opener:
            procedures += 1
            owners[at] = current = procedures
            _take_leads(segments, owners, at, feed)
        elif name == "PID":
            current = 0
        elif name in owned:
            owners[at] = current
    return owners


def _take_leads(segments: Sequence[Segment], owners: list[int], opener: int, feed: Feed) -> None:
    """Give an opener the segments directly before it that lead it (ORC before OBR)."""
    at = opener - 1
    while at >= 0 and segments[at].name in feed.leads and segments[at].name != feed.each:
        owners[at] = owners[opener]
        at -= 1
