"""At the door: is this FHIR that we take? Decides the answer; keeps nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson

from service.domain.errors import Fault, InputError, UnreadableInput, UnsupportedInput
from service.domain.event import PRODUCTION
from service.fhir.conditional import condition_fault
from service.fhir.former import takes_version
from service.fhir.marked import processing_id
from service.fhir.message import PROCESS_MESSAGE, is_answer, message_faults, message_response
from service.fhir.outcome import outcome
from service.fhir.resource import Resource, assign_id, is_id, read_resource
from service.fhir.transaction import (
    ASKING,
    WHOLE,
    bundle_faults,
    entry_faults,
    is_error,
    resource_faults,
    response,
    stored,
)

#: Resource types that are taken by themselves.
TAKEN_TYPES = frozenset(
    {
        "Bundle",
        "ChargeItem",
        "Condition",
        "DiagnosticReport",
        "DocumentReference",
        "Encounter",
        "Observation",
        "Patient",
        "Procedure",
    }
)


@dataclass(frozen=True, slots=True)
class Admission:
    """What the door makes of a request. `quarantine` is why nothing further is done with it."""

    message_type: str  # "Procedure", "Bundle/transaction"; "" = it cannot be read
    control_id: str  # "Procedure/123"; "" = it names no id: its bytes are its identity
    status: int  # HTTP
    answer: bytes = field(repr=False)  # JSON
    quarantine: str = ""  # no patient data
    faults: tuple[Fault, ...] = ()
    location: str = ""  # of what was created
    processing_id: str = PRODUCTION  # as MSH-11.1


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the headers of a request make its keeping depend on; "" = nothing."""

    if_none_exist: str = field(default="", repr=False)
    if_match: str = ""
    fhir_version: str = ""  # of the content type


def admit(
    body: bytes,
    *,
    resource_type: str | None,
    resource_id: str | None,
    method: str,
    assigned_id: str,
    conditions: Conditions = Conditions(),
) -> Admission:
    """Judge any bytes, as sent with `method` to /fhir[/resource_type[/resource_id]]; never raises.

    `assigned_id` is the id of what comes without one: assign_id(body), by which extraction knows it too.
    """
    try:
        resource = read_resource(body)
    except InputError as error:
        return _refused(_UNREAD[type(error)], error.faults)
    if refusal := _refusal(resource, resource_type, resource_id, method, conditions):
        return _refused(refusal[0], [refusal[1]], resource)
    if resource["resourceType"] == "Bundle":
        return _admit_bundle(resource, assigned_id)
    return _admit_one(resource, method, assigned_id)


def admit_posted(body: bytes) -> Admission:
    """Judge what comes by itself, as if it were sent with POST to /fhir."""
    return admit(body, resource_type=None, resource_id=None, method="POST", assigned_id=assign_id(body))


def _refusal(
    resource: Resource,
    resource_type: str | None,
    resource_id: str | None,
    method: str,
    conditions: Conditions,
) -> tuple[HTTPStatus, Fault] | None:
    """Why the request is refused before its content is looked at."""
    if not takes_version(conditions.fhir_version):
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _FORMER
    if resource["resourceType"] not in TAKEN_TYPES:
        return HTTPStatus.NOT_FOUND, _NOT_TAKEN
    if fault := _address_fault(resource, resource_type, resource_id, method):
        return HTTPStatus.BAD_REQUEST, fault
    if fault := condition_fault(resource, conditions.if_none_exist, conditions.if_match):
        return HTTPStatus.PRECONDITION_FAILED, fault
    return None


_UNREAD = {
    UnreadableInput: HTTPStatus.BAD_REQUEST,
    UnsupportedInput: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}
_FORMER = Fault("", "203", "this version of FHIR is not taken: send R4, R4B or R5")
_NOT_TAKEN = Fault("", "200", f"this resource type is not taken; these are: {', '.join(sorted(TAKEN_TYPES))}")


def _address_fault(
    resource: Resource, resource_type: str | None, resource_id: str | None, method: str
) -> Fault | None:
    """Why this method and URL do not fit the resource."""
    kind = resource["resourceType"]
    if resource_type == PROCESS_MESSAGE and kind == "Bundle" and resource.get("type") == "message":
        resource_type = kind
    if resource_type not in {None, kind}:
        return Fault("resourceType", "102", "the resourceType is not the one in the URL")
    if method == "PUT" and kind != "Bundle":
        if not is_id(resource_id):
            return Fault("", "200", "PUT needs an id in the URL; conditional update is not taken")
        if resource.get("id") != resource_id:
            return Fault(f"{kind}.id", "102", "the id is not the one in the URL")
    elif method != "POST" or resource_id is not None:
        return Fault("", "200", "only POST without an id and PUT with one are taken")
    return None


def _admit_one(resource: Resource, method: str, assigned_id: str) -> Admission:
    kind = resource["resourceType"]
    faults = tuple(resource_faults(resource, kind))
    if any(map(is_error, faults)):
        return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, faults, resource)
    is_new = method == "POST"
    return Admission(
        message_type=kind,
        control_id=_name(resource),
        status=HTTPStatus.CREATED if is_new else HTTPStatus.OK,
        answer=orjson.dumps(outcome((*faults, stored(resource)))),
        faults=faults,
        location=f"/fhir/{kind}/{resource.get('id', assigned_id)}/_history/1" if is_new else "",
        processing_id=processing_id(resource),
    )


def _admit_bundle(bundle: Resource, assigned_id: str) -> Admission:
    faults = (*bundle_faults(bundle), *message_faults(bundle))
    if faults:
        return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, faults, bundle)
    kind, entries = bundle["type"], bundle.get("entry", [])
    of_entries = [entry_faults(entry, f"Bundle.entry[{n}]", kind) for n, entry in enumerate(entries)]
    faults = tuple(fault for of_entry in of_entries for fault in of_entry)
    if kind in WHOLE and any(map(is_error, faults)):
        return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, faults, bundle)
    return Admission(
        message_type=f"Bundle/{kind}",
        control_id="",
        status=HTTPStatus.OK,
        answer=orjson.dumps(_bundle_answer(bundle, of_entries, assigned_id)),
        faults=faults,
        processing_id=processing_id(bundle),
    )


def _bundle_answer(bundle: Resource, of_entries: list[tuple[Fault, ...]], assigned_id: str) -> Resource:
    """As FHIR says for the type; what asks for nothing is answered with what was thought of its entries."""
    if bundle["type"] in ASKING:
        return response(bundle, of_entries, assigned_id)
    faults = tuple(fault for of_entry in of_entries for fault in of_entry)
    if bundle["type"] == "message" and not is_answer(bundle):
        return message_response(bundle, faults, assigned_id)
    taken = sum(not any(map(is_error, of_entry)) for of_entry in of_entries)
    said = Fault("", "0", f"stored; {taken} of {len(of_entries)} entries can be read", "information")
    return outcome((*faults, said))


def _refused(status: HTTPStatus, faults: Iterable[Fault], resource: Resource | None = None) -> Admission:
    kept = tuple(faults)
    return Admission(
        message_type=resource["resourceType"] if resource else "",
        control_id=_name(resource) if resource else "",
        status=status,
        answer=orjson.dumps(outcome(kept)),
        quarantine="; ".join(str(fault) for fault in kept if is_error(fault)),
        faults=kept,
    )


def _name(resource: Resource) -> str:
    kind = resource["resourceType"]
    # A transaction is an act, not a thing: the id of its Bundle names nothing.
    return f"{kind}/{resource['id']}" if "id" in resource and kind != "Bundle" else ""
