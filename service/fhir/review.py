"""The review queue as FHIR R4, to be read: lines as ChargeItems, questions to clinicians as Tasks."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from service.domain.asking import Asked, AskedState
from service.domain.charge import CandidateStatus
from service.domain.documentation import BillingContext
from service.domain.review import Candidate
from service.fhir.charge_item import ICD_10_CM, modifier_coding, service_coding, whose
from service.fhir.resource import Resource

#: How a line stands -> ChargeItem.status; what is approved is billed once billing has it.
_STATUS: Final = {
    CandidateStatus.PROPOSED: "planned",
    CandidateStatus.WAITING: "planned",
    CandidateStatus.SECOND_REVIEW: "planned",
    CandidateStatus.APPROVED: "billable",
    CandidateStatus.REJECTED: "aborted",
    CandidateStatus.SUPERSEDED: "aborted",
}
STATUSES: Final = ("planned", "billable", "billed", "aborted")
_TASK: Final = {
    AskedState.OPEN: "requested",
    AskedState.ANSWERED: "completed",
    AskedState.WITHDRAWN: "cancelled",
    AskedState.OVERTAKEN: "cancelled",
}
_UNDECIDED: Final = "not decided: something is not documented"


def queue_statuses(status: str) -> tuple[CandidateStatus, ...]:
    """The statuses of lines that may have a ChargeItem.status."""
    wanted = "billable" if status == "billed" else status
    return tuple(ours for ours, theirs in _STATUS.items() if theirs == wanted)


def task_state(status: str) -> AskedState | None:
    """The questions that have a Task.status; None = none have it."""
    return next((ours for ours, theirs in _TASK.items() if theirs == status), None)


def charge_item_of(line: Candidate, *, is_posted: bool) -> Resource:
    """A line as a ChargeItem; `is_posted`: billing has its charge."""
    codings = [service_coding(line.code), *map(modifier_coding, line.modifiers)] if line.code else []
    resource: Resource = {
        "resourceType": "ChargeItem",
        "id": line.id,
        "meta": {"versionId": str(line.version), "lastUpdated": _instant(line.updated_at)},
        "status": "billed" if is_posted else _STATUS[line.status],
        "code": {"coding": codings} if codings else {"text": _UNDECIDED},
        **whose(BillingContext(**line.content["context"])),
        "occurrenceDateTime": line.service_date,
        "quantity": {"value": line.units} if line.units else {},
        "reason": [{"coding": [{"system": ICD_10_CM, "code": code}]} for code in line.content["diagnoses"]],
        "note": [{"text": sentence} for sentence in line.content["because"]],
    }
    return {name: value for name, value in resource.items() if value}


def task_of(asked: Asked) -> Resource:
    """A question to a clinician as a Task."""
    resource: Resource = {
        "resourceType": "Task",
        "id": asked.id,
        "meta": {"versionId": str(asked.version)},
        "status": _TASK[asked.state],
        "intent": "order",
        "code": {"text": asked.element},
        "description": asked.wording,
        "focus": {"reference": f"ChargeItem/{asked.candidate_id}"},
        "authoredOn": _instant(asked.asked_at),
        "requester": {"display": asked.asked_by},
        "output": _output(asked),
    }
    return {name: value for name, value in resource.items() if value}


def searchset(resources: Sequence[Resource], base: str, own: str, following: str | None) -> Resource:
    """A page of what was searched for."""
    entries = [
        {
            "fullUrl": f"{base}/{each['resourceType']}/{each['id']}",
            "resource": each,
            "search": {"mode": "match"},
        }
        for each in resources
    ]
    links = [{"relation": "self", "url": own}]
    if following:
        links.append({"relation": "next", "url": following})
    found: Resource = {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}
    return {name: value for name, value in found.items() if value}


def _output(asked: Asked) -> list[Resource]:
    if not asked.answer:
        return []
    said = {"type": {"text": asked.element}, "valueString": asked.answer.text}
    return [said]


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
