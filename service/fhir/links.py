"""Links: what the resources of a message are called, and which others they speak of.

A Patient or an Observation may come in a message of its own, before or after the Procedure that it belongs
to. By these names the store finds them together. They hold patient data: fingerprints of them are kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import orjson

from service.domain.event import PRODUCTION, Event
from service.fhir.located import Located, located_in
from service.fhir.reference import MEANT, TOLD_OF, addresses, outside, replaced
from service.fhir.resource import read_resource

#: What a charge may be read from.
CHARTED = "Procedure"
_LINKED = frozenset(
    {
        CHARTED,
        "Condition",
        "DiagnosticReport",
        "DocumentReference",
        "Encounter",
        "Observation",
        "Patient",
        "Practitioner",
    }
)


class Role(StrEnum):
    """How a resource has to do with an address."""

    IS = "is"  # it is what stands there
    MEANS = "means"  # it says something by what stands there
    ABOUT = "about"  # it says something of what stands there
    REPLACES = "replaces"  # it takes the place of what stands there


@dataclass(frozen=True, slots=True)
class Link:
    """One resource of a message, and one address."""

    number: int  # of the entry
    role: Role
    address: str = field(repr=False)
    name: str = field(repr=False)  # of the resource: two of one name are versions of one
    version: str  # sorts
    content: bytes = field(repr=False)  # equal for what says the same
    is_charted: bool


def links_of(event: Event) -> tuple[Link, ...]:
    """Every link of a message; InputError when it cannot be read."""
    found = located_in(event, read_resource(event.body))
    return tuple(link for located in found if located.kind in _LINKED for link in _links(located))


def _links(located: Located) -> Iterator[Link]:
    resource = located.resource
    mode = located.event.processing_id
    told = {**resource, "meta": None if mode == PRODUCTION else mode}  # its version is not what it says
    content = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    roles = {
        Role.IS: sorted(located.addresses()),
        Role.MEANS: addresses(resource, MEANT),
        Role.ABOUT: addresses(resource, TOLD_OF),
        Role.REPLACES: replaced(resource),
    }
    name, version, is_charted = located.name(), located.version(), located.kind == CHARTED
    for role, stated in roles.items():
        for address in filter(outside, dict.fromkeys(stated)):
            yield Link(located.number, role, address, name, version, content, is_charted)
