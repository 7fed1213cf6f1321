"""Bundles of type transaction and batch: what each entry asks for, and the answer to it."""

from collections.abc import Iterator, Sequence
from typing import Any

from service.domain.errors import Fault
from service.fhir.outcome import outcome
from service.fhir.procedure import procedure_faults
from service.fhir.resource import Resource, is_id, is_type

TAKEN = ("transaction", "batch")
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
    if "type" not in bundle:
        yield Fault("Bundle.type", "101", "there is no type")
    elif bundle["type"] not in TAKEN:
        yield Fault("Bundle.type", "200", "only Bundles of type transaction and batch are taken here yet")
    entries = bundle.get("entry")
    if isinstance(entries, list) and entries:
        yield from _twin_faults(entries)
        if sum(map(_is_procedure, entries)) > MOST_PROCEDURES:
            advice = f"more than {MOST_PROCEDURES} Procedures in one Bundle: send several"
            yield Fault("Bundle.entry", "104", advice)
    else:
        yield Fault("Bundle.entry", "101", "there is no entry")


def _is_procedure(entry: Any) -> bool:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    return isinstance(resource, dict) and resource.get("resourceType") == "Procedure"


def _twin_faults(entries: list[Any]) -> Iterator[Fault]:
    """Two entries of one fullUrl: a reference to it would mean either patient."""
    seen = set()
    for n, entry in enumerate(entries):
        url = entry.get("fullUrl") if isinstance(entry, dict) else None
        if isinstance(url, str):
            if url in seen:
                yield Fault(f"Bundle.entry[{n}].fullUrl", "205", "another entry has the same fullUrl")
            seen.add(url)


def entry_faults(entry: Any, at: str) -> tuple[Fault, ...]:
    """What is wrong with an entry that stands at the FHIRPath `at`."""
    if not isinstance(entry, dict):
        return (Fault(at, "102", "the entry is not an object"),)
    request, resource = entry.get("request"), entry.get("resource")
    faults = (*_request_faults(request, f"{at}.request"), *_resource_faults(resource, f"{at}.resource"))
    if not any(map(is_error, faults)) and not _url_fits(request, resource):
        faults += (Fault(f"{at}.request.url", "102", "the url is not the address of the entry's resource"),)
    return faults


def _request_faults(request: Any, at: str) -> Iterator[Fault]:
    if not isinstance(request, dict):
        yield Fault(at, "101", "there is no request")
    elif request.get("method") not in _METHODS:
        yield Fault(f"{at}.method", "200", "only POST and PUT are taken here")
    elif not isinstance(request.get("url"), str):
        yield Fault(f"{at}.url", "101", "there is no url")


def _resource_faults(resource: Any, at: str) -> Iterator[Fault]:
    if not isinstance(resource, dict):
        yield Fault(at, "101", "there is no resource")
    elif not is_type(resource.get("resourceType")):
        yield Fault(f"{at}.resourceType", "101", "there is no resourceType")
    elif "id" in resource and not is_id(resource["id"]):
        yield Fault(f"{at}.id", "102", "an id is 1 to 64 letters, digits, '-' or '.'")
    elif resource["resourceType"] == "Procedure":
        yield from procedure_faults(resource, at)


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
