"""The vocabulary: every documented element, its type, and the closed list of values that it may have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.domain.documentation import Value
from service.domain.errors import MappingError
from service.mapping.documented.spinal_levels import SPINAL_LEVELS
from service.mapping.documented.values import READERS, day_or_none, plain
from service.mapping.files.faults import Faults
from service.mapping.files.yaml_fault import nearest
from service.mapping.files.yaml_file import Lines, read_yaml

ElementType = Literal[
    "choice",
    "boolean",
    "integer",
    "number",
    "date",
    "datetime",
    "timezone",
    "spinal_level",
    "code",
    "place_of_service",
    "text",
]
#: documented: what a source says of today's service; derived: computed from others, never documented;
#: context: history, plans, keys: kept, and never read as today's service.
Role = Literal["documented", "derived", "context"]

#: How each type is written, as a refusal says it.
_WRITTEN: dict[str, str] = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "date": "a date such as 2026-03-02",
    "datetime": "a time with its offset such as 2026-03-02T08:30:00-05:00",
    "timezone": "a time zone such as America/New_York",
    "spinal_level": "a spinal level such as L4-L5",
    "code": "a code as text",
    "place_of_service": "two digits as text such as 11",
    "text": "text",
}
_OR_A_DAY = ", or a day such as 2026-03-02"
_JSON_TYPES: dict[str, tuple[type, ...]] = {"boolean": (bool,), "integer": (int,), "number": (int, float)}
_SetName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
_ElementName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")]


class _Entry(BaseModel):
    """One element as written in vocabulary.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: ElementType
    label: str = ""
    many: bool = Field(default=False, alias="list")
    values: tuple[str, ...] = ()
    aliases: dict[str, tuple[str, ...]] = {}
    covers: dict[str, tuple[str, ...]] = {}
    unit: str = ""
    role: Role = "documented"
    day_suffices: bool = False  # a datetime of which the day alone may be known
    told_of: str = ""  # a list: words may tell it of one value of that, or of several
    sets: dict[_SetName, Annotated[tuple[str, ...], Field(min_length=1)]] = {}


class Group(BaseModel):
    """Elements that tell of one thing of which there may be several: wound.length_cm, wound.site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    key: tuple[str, ...] = Field(min_length=1)  # elements without which there is no such thing
    #: Elements of one thing alone: told of none in particular, they are of one of several, and which?
    own: tuple[str, ...] = ()
    #: add: what another document names is another one (drugs given). ask: it may be the same again (wounds).
    documents: Literal["add", "ask"] = "ask"
    #: Elements that together name one thing: two that agree in all of them are told twice.
    distinct: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()  # their values of which a body may have several alike: a finger joint
    inclusive: tuple[str, ...] = ()  # their values that take in the others: bilateral


class VocabularyFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["vocabulary/1"]
    groups: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Group] = {}
    elements: dict[_ElementName, _Entry]


@dataclass(frozen=True, slots=True)
class Element:
    """A name of the vocabulary: what it may say."""

    name: str
    type: ElementType
    many: bool = False  # a list: one DocumentedElement an item
    values: tuple[Value, ...] = ()  # closed list; () = open
    label: str = ""
    unit: str = ""
    role: Role = "documented"
    spellings: Mapping[str, str] = field(
        default_factory=dict, repr=False
    )  # as it is listed, or plain -> value
    covers: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # a vaguer value -> the more exact ones
    group: str = ""  # of which it tells one thing
    day_suffices: bool = False  # a datetime that may be a day without a time
    told_of: str = ""  # a list of whose values words may tell it, one by one
    sets: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)  # values that go by one name

    def understand(self, text: str) -> Value:
        """Read a value out of a code or words; ValueError names the nearest value."""
        if self.type == "choice":
            if found := self.spellings.get(text) or self.spellings.get(plain(text)):
                return found
            raise ValueError(self._refusal(text))
        try:
            return READERS[self.type](text)
        except ValueError:
            if self.day_suffices and (day := day_or_none(text)):
                return day
            raise ValueError(self._refusal(text)) from None

    def accept(self, value: object) -> Value:
        """Take a value of structured input: the right type, the listed spelling; ValueError otherwise."""
        if wanted := _JSON_TYPES.get(self.type):
            if isinstance(value, wanted) and isinstance(value, bool) == (wanted == (bool,)):
                assert isinstance(value, bool | int | float)
                if value < 0:  # as no text of a field is read either
                    raise ValueError(self._refusal(value))
                return value
            raise ValueError(self._refusal(value))
        if not isinstance(value, str) or (self.type == "choice" and value not in self.values):
            raise ValueError(self._refusal(value))
        return self.understand(value)

    def _refusal(self, value: object) -> str:
        """Say no, and what would do. The value itself may be a patient's, so it is not quoted."""
        if self.type == "choice":
            return f"not a value of {self.name}{self._nearest(str(value))}"
        near = nearest(str(value), SPINAL_LEVELS) if self.type == "spinal_level" else ""
        takes = _WRITTEN[self.type] + (_OR_A_DAY if self.day_suffices else "")
        return f"not a value of {self.name}, which takes {takes}{near}"

    def _nearest(self, value: str) -> str:
        """The value that another word stands for, or that is spelled most like it; else all there are."""
        if meant := self.spellings.get(plain(value)):
            return f"; nearest: {meant}"
        values = map(str, self.values)
        return nearest(value, self.spellings.values()) or f"; its values: {', '.join(values)}"


_NO_GROUPS: Mapping[str, Group] = {}


class Vocabulary:
    """All elements, by name; and the groups that some of them form."""

    def __init__(
        self, elements: Mapping[str, Element], groups: Mapping[str, Group] = _NO_GROUPS, hash_: str = ""
    ) -> None:
        self.hash = hash_  # SHA-256 of the file
        self._elements = dict(elements)
        self.groups = dict(groups)
        self.lists = _lists(self._elements.values())

    def __contains__(self, name: object) -> bool:
        return name in self._elements

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._elements)

    def element(self, name: str) -> Element:
        """Return the element of that name; MappingError names the nearest."""
        try:
            return self._elements[name]
        except KeyError:
            raise MappingError(f"unknown element {name!r}{nearest(name, self._elements)}") from None

    def understand(self, name: str, text: str) -> Value:
        """Read a value of an element out of a code or words; ValueError names the nearest value."""
        return self.element(name).understand(text)


def _lists(elements: Iterable[Element]) -> frozenset[str]:
    """Return the names under which a list may stand: a list element, or several of them (substances)."""
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for each in elements:
        names[each.many] |= {each.name, each.name.partition(".")[0]}
    return frozenset(names[True] - names[False])


def read_vocabulary(path: Path) -> Vocabulary:
    """Read vocabulary.yaml."""
    file, lines = read_yaml(path, VocabularyFile)
    faults = Faults()
    elements: dict[str, Element] = {}
    for name, entry in file.elements.items():
        with faults.gathered():
            elements[name] = _element(name, entry, file.groups, lines)
    faults.tell()  # a group of what could not be read would be told of without need
    for name, group in file.groups.items():
        with faults.gathered():
            _check_group(name, group, elements, lines)
    for name, element in elements.items():
        if element.told_of and not (other := elements.get(element.told_of, element)).many:
            faults.add(
                lines.error(f"{other.name!r} is no list of the vocabulary", "elements", name, "told_of")
            )
    faults.tell()
    return Vocabulary(elements, file.groups, lines.hash)


def _check_group(name: str, group: Group, elements: Mapping[str, Element], lines: Lines) -> None:
    for part, keys in (("key", group.key), ("distinct", group.distinct), ("own", group.own)):
        for key in keys:
            if elements.get(key) is None or elements[key].group != name:
                raise lines.error(f"{key!r} is no element of the group {name}", "groups", name, part)
    known = [str(value) for key in group.distinct for value in elements[key].values]
    for part, values in (("repeated", group.repeated), ("inclusive", group.inclusive)):
        for value in values:
            if value not in known:
                message = (
                    f"{value!r} is no value of what tells one {name} from another{nearest(value, known)}"
                )
                raise lines.error(message, "groups", name, part)


def _element(name: str, entry: _Entry, groups: Mapping[str, Group], lines: Lines) -> Element:
    group = name.partition(".")[0]
    if group in groups and entry.many:
        raise lines.error(f"{name}: one thing of a group has no lists", "elements", name, "list")
    if entry.day_suffices and entry.type != "datetime":
        raise lines.error(f"{name}: only of a datetime the day may suffice", "elements", name)
    if (entry.type == "choice") != bool(entry.values):
        raise lines.error(f"{name}: a choice, and nothing else, lists its values", "elements", name)
    return Element(
        name,
        entry.type,
        many=entry.many,
        values=_values(entry),
        label=entry.label,
        unit=entry.unit,
        role=entry.role,
        spellings=_spellings(name, entry, lines),
        covers=_covers(name, entry, lines),
        group=group if group in groups else "",
        day_suffices=entry.day_suffices,
        told_of=entry.told_of,
        sets=_sets(name, entry, lines),
    )


def _values(entry: _Entry) -> tuple[Value, ...]:
    if entry.type == "boolean":
        return (True, False)
    return SPINAL_LEVELS if entry.type == "spinal_level" else entry.values


def _spellings(name: str, entry: _Entry, lines: Lines) -> dict[str, str]:
    """Every way to write each value, plain, and the values as listed; one spelling means one value."""
    found = {plain(value): value for value in entry.values}
    for value, others in entry.aliases.items():
        where = ("elements", name, "aliases", value)
        if value not in entry.values:
            raise lines.error(f"{value!r} is not a value of {name}{nearest(value, entry.values)}", *where)
        for other in others:
            if found.setdefault(plain(other), value) != value:
                raise lines.error(f"{other!r} already means {found[plain(other)]} in {name}", *where)
    return found | {value: value for value in entry.values}


def _sets(name: str, entry: _Entry, lines: Lines) -> Mapping[str, tuple[Value, ...]]:
    """The values that go by one name."""
    one = Element(name, entry.type, values=_values(entry))
    for called, values in entry.sets.items():
        for value in values:
            try:
                one.accept(value)
            except ValueError as error:
                raise lines.error(f"{value!r} is {error}", "elements", name, "sets", called) from None
    return entry.sets


def _covers(name: str, entry: _Entry, lines: Lines) -> dict[str, tuple[str, ...]]:
    for vague, exact in entry.covers.items():
        for value in (vague, *exact):
            if value not in entry.values:
                message = f"{value!r} is not a value of {name}{nearest(value, entry.values)}"
                raise lines.error(message, "elements", name, "covers", vague)
    return entry.covers
