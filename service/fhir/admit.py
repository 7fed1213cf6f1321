"""At the door: is this FHIR that we take? Decides the answer; keeps nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson

from service.domain.errors import Fault, InputError, UnreadableInput, UnsupportedInput
from service.fhir.outcome import outcome
from service.fhir.procedure import procedure_faults
from service.fhir.resource import Resource, is_id, read_resource
from service.fhir.transaction import bundle_faults, entry_faults, is_error, response, stored

#: Resource types that are taken by themselves.
TAKEN_TYPES = frozenset(
    {
        "Bundle",
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


def admit(
    body: bytes, *, resource_type: str | None, resource_id: str | None, method: str, assigned_id: str
) -> Admission:
    """Judge any bytes, as sent with `method` to /fhir[/resource_type[/resource_id]]; never raises.

    `assigned_id` is the id of what comes without one: assign_id(body), by which extraction knows it too.
    """
    try:
        resource = read_resource(body)
    except InputError as error:
        return _refused(_UNREAD[type(error)], error.faults)
    if resource["resourceType"] not in TAKEN_TYPES:
        return _refused(HTTPStatus.NOT_FOUND, [_NOT_TAKEN], resource)
    if fault := _address_fault(resource, resource_type, resource_id, method):
        return _refused(HTTPStatus.BAD_REQUEST, [fault], resource)
    if resource["resourceType"] == "Bundle":
        return _admit_bundle(resource, assigned_id)
    return _admit_one(resource, method, assigned_id)


_UNREAD = {
    UnreadableInput: HTTPStatus.BAD_REQUEST,
    UnsupportedInput: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}
_NOT_TAKEN = Fault("", "200", f"this resource type is not taken; these are: {', '.join(sorted(TAKEN_TYPES))}")


def _address_fault(
    resource: Resource, resource_type: str | None, resource_id: str | None, method: str
) -> Fault | None:
    """Why this method and URL do not fit the resource."""
    kind = resource["resourceType"]
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
    faults = tuple(procedure_faults(resource)) if kind == "Procedure" else ()
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
    )


def _admit_bundle(bundle: Resource, assigned_id: str) -> Admission:
    faults = tuple(bundle_faults(bundle))
    if faults:
        return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, faults, bundle)
    of_entries = [entry_faults(entry, f"Bundle.entry[{n}]") for n, entry in enumerate(bundle["entry"])]
    faults = tuple(fault for of_entry in of_entries for fault in of_entry)
    if bundle["type"] == "transaction" and any(map(is_error, faults)):
        return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, faults, bundle)
    return Admission(
        message_type=f"Bundle/{bundle['type']}",
        control_id="",
        status=HTTPStatus.OK,
        answer=orjson.dumps(response(bundle, of_entries, assigned_id)),
        faults=faults,
    )


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
