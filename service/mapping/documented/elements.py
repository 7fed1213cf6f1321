"""Structured input: one JSON record of `propose --elements` becomes the documentation of its procedures."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.domain.documentation import Documentation, DocumentedElement, Source
from service.domain.errors import Fault, MappingError, UnreadableInput
from service.mapping.documented.episodes import fold
from service.mapping.documented.stands import CONFLICT_ORIGIN
from service.mapping.documented.vocabulary import Vocabulary

Json = Any

_WRONG_TYPE, _WRONG_VALUE, _TWICE, _UNKNOWN_NAME = "102", "103", "205", "207"  # HL7 table 0357


def documentation_from_json(vocabulary: Vocabulary, record: Json) -> tuple[Documentation, ...]:
    """Read `{"id", "elements"}`; one Documentation a procedure, keyed by its id or its number.

    `elements` is {"encounter": {...}, "procedures": [{...}]}, or the elements of one procedure, nested or
    dotted, or a list of {name, value}. UnreadableInput names each unknown element and value, and the nearest.
    """
    reader = _Reader(vocabulary)
    shared, procedures = _parts(record)
    common = tuple(reader.read("/elements", shared))
    read = [(each, tuple(reader.read(pointer, each))) for pointer, each in procedures]
    keys = [str(each.get("id") or number) for number, (_pointer, each) in enumerate(procedures, 1)]
    faults = (*reader.faults, *_told_twice(keys))
    if faults:
        raise UnreadableInput(*faults)
    replaced = {str(each["replaces"]) for each, _found in read if each.get("replaces") is not None}
    reports = [
        (
            str(each.get("episode") or ""),
            Documentation(key, (*common, *found), certain=True, withdrawn=key in replaced),
        )
        for key, (each, found) in zip(keys, read, strict=True)
    ]
    return fold(reports)


def _parts(record: Json) -> tuple[dict[str, Json], list[tuple[str, dict[str, Json]]]]:
    """Part what all procedures share (the encounter) from each procedure, with its JSON pointer."""
    whole = record if isinstance(record, dict) else {}
    elements = whole if "procedures" in whole else whole.get("elements")
    if isinstance(elements, list):
        return {}, [("/elements", {"": elements})]
    if not isinstance(elements, dict):
        raise UnreadableInput(Fault("/elements", _WRONG_TYPE, "a record is {id, elements}"))
    if "procedures" not in elements:
        return {}, [("/elements", elements)]
    procedures = elements["procedures"]
    if not isinstance(procedures, list) or not all(isinstance(each, dict) for each in procedures):
        raise UnreadableInput(Fault("/elements/procedures", _WRONG_TYPE, "procedures is a list of objects"))
    shared = {name: value for name, value in elements.items() if name not in ("procedures", "id")}
    return shared, [(f"/elements/procedures/{number}", each) for number, each in enumerate(procedures)]


def _told_twice(keys: Sequence[str]) -> Iterator[Fault]:
    """One procedure told twice would be charged twice."""
    for number, key in enumerate(keys):
        if key in keys[:number]:
            message = (
                "another procedure of this record has the same id; each procedure needs an id of its own"
            )
            yield Fault(f"/elements/procedures/{number}/id", _TWICE, message)


class _Reader:
    """Reads elements out of nested JSON, and gathers what is wrong on the way."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.faults: list[Fault] = []
        self._item = ""  # the thing of a group that is being read

    def read(self, pointer: str, data: Mapping[str, Json]) -> Iterator[DocumentedElement]:
        for name, value in data.items():
            if name == "conflicts":
                yield from self._conflicts(f"{pointer}/conflicts", value)
            elif name == "amendments":
                yield from self._amendments(f"{pointer}/amendments", value)
            elif name == "":
                yield from self._items(pointer, value)
            else:
                yield from self._walk(name, value, f"{pointer}/{name}", "structured")

    def _walk(self, name: str, value: Json, pointer: str, origin: str) -> Iterator[DocumentedElement]:
        """Flatten {"imaging": {"modality": ...}} to imaging.modality, and lists to their items."""
        known = self.vocabulary.element(name) if name in self.vocabulary else None
        if value is None or (known and known.role == "context"):
            return
        if name in self.vocabulary.groups and isinstance(value, list):
            yield from self._things(name, value, pointer, origin)
        elif known is None and isinstance(value, dict):
            for below, each in value.items():
                yield from self._walk(f"{name}.{below}", each, f"{pointer}/{below}", origin)
            yield from self._named_otherwise(f"{name}.class", value, f"{pointer}/name")
        elif isinstance(value, list) and name in self.vocabulary.lists:
            for number, each in enumerate(value):
                yield from self._walk(name, each, f"{pointer}/{number}", origin)
        else:
            yield from self._element(name, value, pointer, origin)

    def _named_otherwise(
        self, kind: str, thing: Mapping[str, Json], pointer: str
    ) -> Iterator[DocumentedElement]:
        """What the name of a thing says of its class, where another class is stated: nobody can say which."""
        called, stated = (str(thing.get(part) or "") for part in ("name", "class"))
        spellings = self.vocabulary.element(kind).spellings if kind in self.vocabulary else {}
        if stated and spellings.get(called.lower(), stated) != stated:
            yield from self._element(kind, spellings[called.lower()], pointer, CONFLICT_ORIGIN)

    def _things(
        self, group: str, things: list[Json], pointer: str, origin: str
    ) -> Iterator[DocumentedElement]:
        """Read {"wound": [{"length_cm": 3.2}, ...]}: each object is one thing."""
        for number, thing in enumerate(things, 1):
            if isinstance(thing, dict):
                self._item = str(number)
                yield from self._walk(group, thing, f"{pointer}/{number - 1}", origin)
                self._item = ""
            else:
                self._fault(f"{pointer}/{number - 1}", _WRONG_TYPE, f"each {group} is an object")

    def _element(self, name: str, value: Json, pointer: str, origin: str) -> Iterator[DocumentedElement]:
        try:
            element = self.vocabulary.element(name)
            if element.role == "derived":
                self._fault(pointer, _UNKNOWN_NAME, f"{name} is computed, never documented")
                return
            source = Source(pointer, 0, len(str(value)), str(value))
            yield DocumentedElement(name, element.accept(value), source, origin, self._item)
        except MappingError as error:
            self._fault(pointer, _UNKNOWN_NAME, error.problem)
        except ValueError as error:
            self._fault(pointer, _WRONG_VALUE, str(error))

    def _conflicts(self, pointer: str, conflicts: Json) -> Iterator[DocumentedElement]:
        """Read what sources say differently: every value stands, and none of them counts as said."""
        for where, conflict in self._objects(pointer, conflicts, "element", "values"):
            values = conflict["values"] if isinstance(conflict["values"], list) else [conflict["values"]]
            for number, value in enumerate(values):
                yield from self._walk(conflict["element"], value, f"{where}/values/{number}", CONFLICT_ORIGIN)

    def _amendments(self, pointer: str, amendments: Json) -> Iterator[DocumentedElement]:
        """Read what was amended, {"element", "value"}: where it differs from the rest, it is asked about.

        An amendment in words is context.
        """
        for number, amendment in enumerate(amendments if isinstance(amendments, list) else [amendments]):
            name = amendment.get("element") if isinstance(amendment, dict) else None
            if not isinstance(name, str) or "value" not in amendment or name not in self.vocabulary:
                continue
            added = self.vocabulary.element(name).many or amendment.get("signed") is False
            origin = CONFLICT_ORIGIN if added else "structured"
            yield from self._walk(name, amendment["value"], f"{pointer}/{number}/value", origin)

    def _items(self, pointer: str, items: Json) -> Iterator[DocumentedElement]:
        for where, item in self._objects(pointer, items, "name", "value"):
            yield from self._walk(item["name"], item["value"], f"{where}/value", "structured")

    def _objects(
        self, pointer: str, items: Json, name: str, value: str
    ) -> Iterator[tuple[str, dict[str, Json]]]:
        """Yield the objects of a list that have a name and a value."""
        for number, item in enumerate(items if isinstance(items, list) else [items]):
            where = f"{pointer}/{number}"
            if isinstance(item, dict) and isinstance(item.get(name), str) and value in item:
                yield where, item
            elif item is not None:
                self._fault(where, _WRONG_TYPE, f"this is an object with {name!r} and {value!r}")

    def _fault(self, pointer: str, code: str, message: str) -> None:
        self.faults.append(Fault(pointer, code, message))
