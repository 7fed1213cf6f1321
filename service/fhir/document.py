"""Document: the resources of one message, where each stands in it, and which of them a reference means.

References are looked up inside the message and nowhere else: whoever follows them over the network sends our
token to whichever host a message names.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.fhir.resource import Resource
from service.fhir.transaction import entry_faults, is_error

_REFERRING = ("partOf", "focus", "derivedFrom")


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """A resource, and the FHIRPath of where it stands."""

    resource: Resource = field(repr=False)
    path: str  # "Procedure", "Bundle.entry[2].resource", "Procedure.contained[0]"
    number: int = 0  # of its entry


class Document:
    """One resource by itself, or the entries of a transaction or batch that were taken."""

    def __init__(self, root: Resource) -> None:
        self.root = root
        self.is_bundle = root["resourceType"] == "Bundle"
        self.resources = tuple(_entries(root)) if self.is_bundle else (Located(root, root["resourceType"]),)
        self._by_address: dict[str, Located | None] = {}
        for located in self.resources:
            for address in self._addresses(located):
                # Two resources of one address: nobody can say which is meant, so neither is.
                self._by_address[address] = None if address in self._by_address else located
        self._observations = self._find_observations()

    def of_type(self, kind: str) -> Iterator[Located]:
        """The resources of one type, in order."""
        return (located for located in self.resources if located.resource["resourceType"] == kind)

    def resolve(self, reference: Any, origin: Located) -> Located | None:
        """What a Reference in `origin` means, when it is in this document."""
        address = _address(reference)
        if address.startswith("#"):
            return _contained(address[1:], origin)
        return self._by_address.get(address)

    def observations_of(self, procedure: Located) -> Sequence[Located]:
        """The Observations that refer to a procedure as what they are part of, about, or derived from."""
        return self._observations.get(procedure.path, ())

    def _find_observations(self) -> dict[str, list[Located]]:
        """By the path of what they refer to: made once, as a message may hold thousands of each."""
        found: dict[str, list[Located]] = defaultdict(list)
        for observation in self.of_type("Observation"):
            references = (one for name in _REFERRING for one in listed(observation.resource.get(name)))
            targets = {self._by_address.get(_address(reference)) for reference in references}
            for target in filter(None, targets):
                found[target.path].append(observation)
        return found

    def _addresses(self, located: Located) -> set[str]:
        addresses = set()
        if "id" in located.resource:
            addresses.add(f"{located.resource['resourceType']}/{located.resource['id']}")
        if self.is_bundle:
            full_url = self.root["entry"][located.number].get("fullUrl")
            addresses |= {full_url} if isinstance(full_url, str) else set()
        return addresses


def _address(reference: Any) -> str:
    address = reference.get("reference") if isinstance(reference, dict) else None
    return address.partition("/_history/")[0] if isinstance(address, str) else ""


def _entries(bundle: Resource) -> Iterator[Located]:
    for n, entry in enumerate(listed(bundle.get("entry"))):
        if not any(map(is_error, entry_faults(entry, "", bundle["type"]))):
            yield Located(entry["resource"], f"Bundle.entry[{n}].resource", n)


def _contained(identifier: str, origin: Located) -> Located | None:
    found = [
        Located(resource, f"{origin.path}.contained[{n}]", origin.number)
        for n, resource in enumerate(listed(origin.resource.get("contained")))
        if isinstance(resource, dict) and resource.get("id") == identifier
    ]
    return found[0] if len(found) == 1 else None


def listed(value: Any) -> list[Any]:
    """FHIR lists; R5 has lists where R4 has one, and senders mix them up."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
