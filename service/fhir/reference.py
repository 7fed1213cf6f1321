"""References: the addresses that a resource speaks of, by what it says of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.fhir.resource import Resource, as_text, listed

#: Type -> elements that refer, and the type of one that is known by its identifier only.
Elements = Mapping[str, tuple[tuple[str, str], ...]]

_PROCEDURE = "Procedure"
#: It says something by what stands there.
MEANT: Elements = {
    _PROCEDURE: (
        ("subject", "Patient"),
        ("encounter", "Encounter"),
        ("performer.actor", "Practitioner"),
        ("report", "DiagnosticReport"),
        ("reasonReference", "Condition"),
        ("reason.reference", "Condition"),
    ),
    "Encounter": (
        ("diagnosis.condition", "Condition"),
        ("diagnosis.condition.reference", "Condition"),
    ),
    "DiagnosticReport": (("result", "Observation"),),
}
#: It says something of what stands there.
TOLD_OF: Elements = {
    "Observation": (("partOf", _PROCEDURE), ("focus", _PROCEDURE), ("derivedFrom", _PROCEDURE)),
    "DocumentReference": (("context.related", _PROCEDURE), ("context", _PROCEDURE)),
    "DiagnosticReport": (("supportingInfo.reference", _PROCEDURE),),
}


def addresses(resource: Resource, elements: Elements) -> Iterator[str]:
    """What these elements of a resource refer to."""
    for path, kind in elements.get(resource["resourceType"], ()):
        for reference in at(resource, path):
            yield from referred(reference, kind)


def replaced(document: Resource) -> Iterator[str]:
    """The documents whose place a DocumentReference takes."""
    for related in listed(document.get("relatesTo")):
        if isinstance(related, dict) and "replaces" in _codes(related.get("code")):
            yield from referred(related.get("target"), "DocumentReference")


def _codes(code: Any) -> list[str]:
    """A code of R4, or those of a CodeableConcept of R5."""
    codings = listed(code.get("coding")) if isinstance(code, dict) else []
    return [as_text(code), *(as_text(coding.get("code")) for coding in codings if isinstance(coding, dict))]


def at(resource: Any, path: str) -> list[Any]:
    """Everything at a path of plain names, lists opened."""
    found = [resource]
    for name in path.split("."):
        found = [one for each in found if isinstance(each, dict) for one in listed(each.get(name))]
    return found


def referred(reference: Any, kind: str) -> Iterator[str]:
    """The addresses that a Reference states; `kind` is the type of one that states no type itself."""
    if not isinstance(reference, dict):
        return
    address = reference.get("reference")
    if isinstance(address, str) and address:
        yield address.partition("/_history/")[0]
    if address := identifier_address(as_text(reference.get("type")) or kind, reference.get("identifier")):
        yield address


def identifier_address(kind: str, identifier: Any) -> str:
    """How an identifier is referred to, as a search is written; "" when it has no value."""
    if not isinstance(identifier, dict) or not (value := as_text(identifier.get("value")).strip()):
        return ""
    return f"{kind}?identifier={as_text(identifier.get('system'))}|{value}"


def outside(address: str) -> bool:
    """Whether an address means something outside the message that states it."""
    return not address.startswith(("#", "urn:uuid:"))
