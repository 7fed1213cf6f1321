"""Marked: what says of itself that it is test data (HTEST of v3-ActReason), as MSH-11 T does in HL7 v2."""

from collections.abc import Iterator
from typing import Any

from service.domain.errors import Fault
from service.domain.event import PRODUCTION, TRAINING
from service.fhir.resource import Resource, listed

_CODE = "HTEST"
_SYSTEMS = frozenset(
    {
        None,
        "http://terminology.hl7.org/CodeSystem/v3-ActReason",
        "http://hl7.org/fhir/v3/ActReason",  # before R4
    }
)


def is_marked(resource: Any) -> bool:
    """Whether meta.security or meta.tag says it."""
    meta = resource.get("meta") if isinstance(resource, dict) else None
    codings = [*listed(meta.get("security")), *listed(meta.get("tag"))] if isinstance(meta, dict) else []
    return any(
        isinstance(each, dict) and each.get("code") == _CODE and each.get("system") in _SYSTEMS
        for each in codings
    )


def processing_id(resource: Resource) -> str:
    """Of a Bundle all is test data where the whole, each Procedure or each Patient is marked."""
    kinds = (_marks(resource, kind) for kind in ("Procedure", "Patient"))
    is_test = is_marked(resource) or any(marks and all(marks) for marks in kinds)
    return TRAINING if is_test else PRODUCTION


def mixed_faults(bundle: Resource) -> Iterator[Fault]:
    """Test data beside other data: of what stands with both, nobody can say which it is."""
    marks = [*_marks(bundle, "Procedure"), *_marks(bundle, "Patient")]
    if any(marks) and processing_id(bundle) == PRODUCTION:
        yield Fault("Bundle.entry", "102", "some of it is marked as test data (HTEST): send that apart")


def _marks(bundle: Resource, kind: str) -> list[bool]:
    resources = (each.get("resource") for each in listed(bundle.get("entry")) if isinstance(each, dict))
    return [
        is_marked(each) for each in resources if isinstance(each, dict) and each.get("resourceType") == kind
    ]
