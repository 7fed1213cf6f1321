"""Bundles: what each entry asks for, and the answer to it."""

from collections.abc import Iterator, Sequence
from typing import Any

from service.domain.errors import Fault
from service.fhir.conditional import condition_fault
from service.fhir.former import former_faults
from service.fhir.marked import mixed_faults
from service.fhir.not_understood import not_understood_faults
from service.fhir.outcome import outcome
from service.fhir.procedure import procedure_faults
from service.fhir.resource import Resource, is_id, is_type, version_of

#: Bundles that ask for something, entry by entry.
ASKING = ("transaction", "batch")
#: Of these, one bad entry refuses all: half of an act, or of a message, is another one.
WHOLE = ("transaction", "message")
TAKEN = (*ASKING, "message", "collection", "history", "searchset", "subscription-notification")
#: In these a resource may stand once for each version, and an entry may bring none.
_TOLD = ("history", "subscription-notification")
MOST_PROCEDURES = 1000
_METHODS = ("POST", "PUT")
_STORED_FOR_CHARGES = Fault("", "0", "stored; a coder will see it", "information")
_STORED = Fault("", "0", "stored; no charge is read from it by itself", "information")


def is_error(fault: Fault) -> bool:
    """Whether this fault keeps a resource from being taken."""
    return fault.severity == "error"


def stored(resource: Resource) -> Fault:
    """What a sender is told of a resource that was taken."""
    return _STORED_FOR_CHARGES if resource["resourceType"] == "Procedure" else _STORED


def bundle_faults(bundle: Resource) -> Iterator[Fault]:
    """What is wrong with a Bundle before any entry is looked at."""
    kind = bundle.get("type")
    if kind is None:
        yield Fault("Bundle.type", "101", "there is no type")
    elif kind not in TAKEN:
        yield Fault("Bundle.type", "200", f"only Bundles of these types are taken here: {', '.join(TAKEN)}")
    yield from not_understood_faults(bundle, "Bundle")
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        yield Fault("Bundle.entry", "102", "the entries are not a list")
    elif entries:
        if kind not in _TOLD:
            yield from _twin_faults(entries)
        if sum(map(_is_procedure, entries)) > MOST_PROCEDURES:
            advice = f"more than {MOST_PROCEDURES} Procedures in one Bundle: send several"
            yield Fault("Bundle.entry", "104", advice)
        yield from mixed_faults(bundle)
    elif kind in (*ASKING, *WHOLE):
        yield Fault("Bundle.entry", "101", "there is no entry")


def _is_procedure(entry: Any) -> bool:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    return isinstance(resource, dict) and resource.get("resourceType") == "Procedure"


def _twin_faults(entries: list[Any]) -> Iterator[Fault]:
    """Two entries of one fullUrl and version: a reference to it would mean either patient."""
    seen = set()
    for n, entry in enumerate(entries):
        url = entry.get("fullUrl") if isinstance(entry, dict) else None
        if isinstance(url, str):
            if (url, version_of(entry.get("resource"))) in seen:
                yield Fault(f"Bundle.entry[{n}].fullUrl", "205", "another entry has the same fullUrl")
            seen.add((url, version_of(entry.get("resource"))))


def entry_faults(entry: Any, at: str, kind: Any) -> tuple[Fault, ...]:
    """What is wrong with an entry, of a Bundle of this type, that stands at the FHIRPath `at`."""
    if not isinstance(entry, dict):
        return (Fault(at, "102", "the entry is not an object"),)
    if is_bare(entry, kind):
        return ()
    request: Any = entry.get("request")
    resource: Any = entry.get("resource")
    faults = tuple(resource_faults(resource, f"{at}.resource"))
    if kind not in ASKING:
        return faults
    faults = (*_request_faults(request, f"{at}.request"), *faults)
    if any(map(is_error, faults)):
        return faults
    if not _url_fits(request, resource):
        faults += (Fault(f"{at}.request.url", "102", "the url is not the address of the entry's resource"),)
    if fault := condition_fault(resource, request.get("ifNoneExist"), request.get("ifMatch")):
        faults += (Fault(f"{at}.request", fault.code, fault.message),)
    return faults


def is_bare(entry: Any, kind: Any) -> bool:
    """Whether an entry lawfully brings no resource: a deletion, or an id-only notification."""
    return kind in _TOLD and "resource" not in entry


def _request_faults(request: Any, at: str) -> Iterator[Fault]:
    if not isinstance(request, dict):
        yield Fault(at, "101", "there is no request")
    elif request.get("method") == "DELETE":
        yield Fault(f"{at}.method", "200", "DELETE is not taken: send status entered-in-error")
    elif request.get("method") not in _METHODS:
        yield Fault(f"{at}.method", "200", "only POST and PUT are taken here")
    elif not isinstance(request.get("url"), str):
        yield Fault(f"{at}.url", "101", "there is no url")


def resource_faults(resource: Any, at: str) -> Iterator[Fault]:
    """What is wrong with a resource that stands at the FHIRPath `at`."""
    if not isinstance(resource, dict):
        yield Fault(at, "101", "there is no resource")
    elif not is_type(resource.get("resourceType")):
        yield Fault(f"{at}.resourceType", "101", "there is no resourceType")
    elif "id" in resource and not is_id(resource["id"]):
        yield Fault(f"{at}.id", "102", "an id is 1 to 64 letters, digits, '-' or '.'")
    else:
        if resource["resourceType"] == "Procedure":
            yield from procedure_faults(resource, at)
        yield from former_faults(resource, at)
        yield from not_understood_faults(resource, at)


def _url_fits(request: Any, resource: Any) -> bool:
    kind, identifier = resource["resourceType"], resource.get("id")
    path, is_conditional, _ = request["url"].partition("?")
    if request["method"] == "PUT" and not is_conditional:
        return identifier is not None and path == f"{kind}/{identifier}"
    return bool(path == kind)


def assigned_entry_id(assigned_id: str, n: int) -> str:
    """The id of a resource that came without one, in entry `n` of a Bundle."""
    return f"{assigned_id}-{n}"


def response(bundle: Resource, faults: Sequence[tuple[Fault, ...]], assigned_id: str) -> Resource:
    """The transaction-response or batch-response, given the faults of each entry."""
    return {
        "resourceType": "Bundle",
        "type": f"{bundle['type']}-response",
        "entry": [
            {"response": _entry_response(entry, faults[n], assigned_entry_id(assigned_id, n))}
            for n, entry in enumerate(bundle["entry"])
        ],
    }


def _entry_response(entry: Any, faults: tuple[Fault, ...], assigned_id: str) -> Resource:
    if any(map(is_error, faults)):
        return {"status": "422 Unprocessable Entity", "outcome": outcome(faults)}
    resource = entry["resource"]
    is_new = entry["request"]["method"] == "POST"
    return {
        "status": "201 Created" if is_new else "200 OK",
        "location": f"{resource['resourceType']}/{resource.get('id', assigned_id)}/_history/1",
        "outcome": outcome((*faults, stored(resource))),
    }
