"""Document: the resources of one message and of its companions, and which of them a reference means.

Companions are other messages of the same sender that speak of the same things. References are looked up in
these and nowhere else: whoever follows them over the network sends our token to whichever host a message
names.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from service.domain.event import PRODUCTION, Event
from service.fhir.located import Located, located_in
from service.fhir.reference import TOLD_OF, addresses, at, outside, referred, replaced
from service.fhir.resource import Resource, as_text, listed, read_resource

_RETRACTED = "entered-in-error"
_NAMING = frozenset({"resourceType", "id", "identifier", "meta"})
_FINAL_REPORT = frozenset({"final", "amended", "corrected", "appended"})
_FINAL_DOCUMENT = frozenset({"", *_FINAL_REPORT})
_NOT_SO = frozenset({_RETRACTED, "refuted"})


@dataclass(frozen=True, slots=True)
class Companion:
    """Another message, and which of its entries have to do with this one."""

    event: Event
    numbers: frozenset[int] = field(default=frozenset())


class Document:
    """One message, read together with its companions."""

    def __init__(self, event: Event, companions: Iterable[Companion] = ()) -> None:
        root = read_resource(event.body)
        self.is_bundle = root["resourceType"] == "Bundle"
        self.own = tuple(located_in(event, root))
        self._all = (*self.own, *_accompanying(event, companions))
        self.roots = {event.id: root} | {each.event.id: each.root for each in self._all}
        self._by_address = _by_address(self._all, event)
        self._told: dict[tuple[str, str], list[Located]] = defaultdict(list)
        for located in filter(self._is_current, self._all):
            targets = {self._means(address, located) for address in addresses(located.resource, TOLD_OF)}
            for target in filter(None, targets):
                self._told[_place(target)].append(located)
        self._replacing = self._find_replacing()

    def of_type(self, kind: str) -> Iterator[Located]:
        """The message's own resources of one type, in order."""
        return (located for located in self.own if located.kind == kind)

    def resolve(self, reference: Any, origin: Located, kind: str) -> Located | None:
        """What a Reference in `origin` means, when it is here; `kind` is its type unless it says one."""
        found = (self._means(address, origin) for address in referred(reference, kind))
        located = next(filter(None, found), None)
        return None if located and located.resource.get("status") == _RETRACTED else located

    def all_at(self, origin: Located | None, path: str, kind: str) -> Iterator[Located]:
        """What the References at a path mean."""
        for reference in at(origin.resource, path) if origin else ():
            if located := self.resolve(reference, origin, kind) if origin else None:
                yield located

    def observations_of(self, procedure: Located) -> Sequence[Located]:
        """The Observations about a procedure, and those that its final reports state as results."""
        results = [
            result
            for report in self.reports_of(procedure)
            for result in self.all_at(report, "result", "Observation")
        ]
        return _unique((*self._told_of(procedure, "Observation"), *results))

    def reports_of(self, procedure: Located) -> Sequence[Located]:
        """The DiagnosticReports of a procedure that are final."""
        found = (
            *self.all_at(procedure, "report", "DiagnosticReport"),
            *self._told_of(procedure, "DiagnosticReport"),
        )
        return _unique(each for each in found if _is_final_report(each))

    def documents_of(self, procedure: Located) -> Sequence[Located]:
        """The DocumentReferences of a procedure that are final, and whose place no final one takes."""
        found = [
            *self.all_at(procedure, "report", "DocumentReference"),
            *self._told_of(procedure, "DocumentReference"),
        ]
        gone = set()
        for each in found:  # grows by what takes its place
            if several := self._replacing.get(_place(each)):
                gone.add(_place(each))
                found += [other for other in several if other not in found]
        return _unique(each for each in found if _is_final_document(each) and _place(each) not in gone)

    def _find_replacing(self) -> dict[tuple[str, str], list[Located]]:
        """By the place of a document: the final ones that take it."""
        replacing: dict[tuple[str, str], list[Located]] = defaultdict(list)
        for located in self._all:
            if _is_final_document(located) and self._is_current(located):
                targets = {self._means(address, located) for address in replaced(located.resource)}
                for target in targets - {None, located}:
                    if target:
                        replacing[_place(target)].append(located)
        return replacing

    def conditions_of(self, origin: Located | None, *paths: str) -> Sequence[Located]:
        """The Conditions at these paths that are not refuted."""
        found = (each for path in paths for each in self.all_at(origin, path, "Condition"))
        return _unique(each for each in found if not _NOT_SO.intersection(_verification(each.resource)))

    def _told_of(self, target: Located, kind: str) -> Iterator[Located]:
        return (each for each in self._told.get(_place(target), ()) if each.kind == kind)

    def _is_current(self, located: Located) -> bool:
        """Whether this is the version of its resource that counts."""
        latest = self._by_address.get(located.name(), located)
        return latest is None or latest is located

    def _means(self, address: str, origin: Located) -> Located | None:
        if address.startswith("#"):
            return _contained(address[1:], origin)
        base = origin.full_url.removesuffix(origin.name())
        if base != origin.full_url and base + address in self._by_address:
            return self._by_address[base + address]
        return self._by_address.get(address)


def _accompanying(event: Event, companions: Iterable[Companion]) -> Iterator[Located]:
    for companion in companions:
        counts = companion.event.processing_id in (PRODUCTION, event.processing_id)
        for located in located_in(companion.event, read_resource(companion.event.body)):
            if located.number in companion.numbers:
                yield located if counts else _taken_back(located)


def _taken_back(located: Located) -> Located:
    """What is marked as test data says nothing of what is not, and no more what it said before."""
    kept = {name: located.resource[name] for name in _NAMING & located.resource.keys()}
    return replace(located, resource={**kept, "status": _RETRACTED})


def _by_address(resources: Iterable[Located], event: Event) -> dict[str, Located | None]:
    """What stands at each address: the latest version of it.

    Two resources of one address, or two of one version: nobody can say which is meant, so neither is.
    """
    found: dict[str, list[Located]] = defaultdict(list)
    for located in resources:
        for address in located.addresses():
            if located.event is event or outside(address):
                found[address].append(located)
    return {address: _latest(several) for address, several in found.items()}


def _latest(several: Sequence[Located]) -> Located | None:
    if len(several) == 1:
        return several[0]
    ranks = sorted(((each.version(), each.event.sequence) for each in several), reverse=True)
    if len({each.name() for each in several}) > 1 or ranks[0] == ranks[1]:
        return None
    return max(several, key=lambda each: (each.version(), each.event.sequence))


def _contained(identifier: str, origin: Located) -> Located | None:
    found = [
        replace(origin, resource=resource, path=f"{origin.path}.contained[{n}]", full_url="")
        for n, resource in enumerate(listed(origin.resource.get("contained")))
        if isinstance(resource, dict) and resource.get("id") == identifier and "resourceType" in resource
    ]
    return found[0] if len(found) == 1 else None


def _is_final_report(located: Located) -> bool:
    return located.kind == "DiagnosticReport" and as_text(located.resource.get("status")) in _FINAL_REPORT


def _is_final_document(located: Located) -> bool:
    if located.kind != "DocumentReference":
        return False
    status, signed = (as_text(located.resource.get(name)) for name in ("status", "docStatus"))
    return status == "current" and signed in _FINAL_DOCUMENT


def _verification(condition: Resource) -> set[str]:
    return {as_text(code) for code in at(condition, "verificationStatus.coding.code")}


def _place(located: Located) -> tuple[str, str]:
    return located.event.id, located.path


def _unique(several: Iterable[Located]) -> tuple[Located, ...]:
    return tuple({_place(each): each for each in several}.values())
