"""Messages: a Bundle whose first entry is a MessageHeader, and the message that answers it."""

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from service.domain.errors import Fault
from service.fhir.outcome import outcome
from service.fhir.resource import Resource, as_text, is_id

#: The operation that FHIR has for messages; they are taken at /fhir itself too.
PROCESS_MESSAGE = "$process-message"


def _header(bundle: Resource) -> Any:
    """What stands first, whatever it is."""
    entries = bundle.get("entry")
    first = entries[0] if isinstance(entries, list) and entries else None
    return first.get("resource") if isinstance(first, dict) else None


def message_faults(bundle: Resource) -> Iterator[Fault]:
    """What is wrong with a message as such; nothing with any other Bundle."""
    if bundle.get("type") == "message":
        header = _header(bundle)
        if not isinstance(header, dict) or header.get("resourceType") != "MessageHeader":
            yield Fault("Bundle.entry[0].resource", "101", "a message begins with a MessageHeader")


def is_answer(bundle: Resource) -> bool:
    """Whether this message answers another: an answer is not answered."""
    return "response" in _header(bundle)


def message_response(bundle: Resource, faults: Iterable[Fault], assigned_id: str) -> Resource:
    """The message that says that `bundle` was taken. Sent again, it has the same answer."""
    header = _header(bundle)
    identifier = header["id"] if is_id(header.get("id")) else assigned_id
    ids = [
        str(uuid.uuid5(uuid.NAMESPACE_OID, f"{part}/{assigned_id}"))
        for part in ("bundle", "header", "outcome")
    ]
    answer = {
        "resourceType": "MessageHeader",
        "id": ids[1],
        **_event(header),
        "source": {"name": "charge-capture", "endpoint": "urn:charge-capture"},
        "response": {
            "identifier": identifier,
            "code": "ok",
            "details": {"reference": f"urn:uuid:{ids[2]}"},
        },
    }
    stored = Fault("", "0", "stored; a coder will see the procedures in it", "information")
    details = {**outcome((*faults, stored)), "id": ids[2]}
    return {
        "resourceType": "Bundle",
        "id": ids[0],
        "type": "message",
        "entry": [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in (answer, details)],
    }


def _event(header: Resource) -> Resource:
    coding = header.get("eventCoding")
    if isinstance(coding, dict) and as_text(coding.get("code")):
        return {"eventCoding": {name: as_text(coding[name]) for name in ("system", "code") if name in coding}}
    return {"eventUri": as_text(header.get("eventUri")) or "urn:charge-capture:event:not-said"}
