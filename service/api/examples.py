"""Examples that the OpenAPI document shows: what EHRs send, and what is answered. The patient is made up."""

from typing import Any, Final

from service import fhir
from service.api.media import FHIR

_SEGMENTS = (
    r"MSH|^~\&|ANESTHESIA|NORTH|CHARGES|NORTH|20260106101500||ORU^R01^ORU_R01|EX0001|P|2.5.1",
    "PID|1||EX4711^^^NORTH^MR||TESTPERSON^EXAMPLE||19700101|F",
    "PV1|1|O|PAIN^1^1||||1234567893^EXAMPLE^ADAM|||||||||||V0001",
    "OBR|1||R0001|PROC^Procedure note^L|||20260106093000||||||||||||||||||F",
    "OBX|1|TX|NOTE^Procedure note^L||Lumbar epidural steroid injection at L4-5.||||||F",
)

_BASE: Final = "https://charges.example/fhir"

#: A procedure report.
HL7: Final = "".join(segment + "\r" for segment in _SEGMENTS)

#: The same of an EHR that speaks FHIR.
PROCEDURE: Final[dict[str, Any]] = {
    "resourceType": "Procedure",
    "id": "example",
    "status": "completed",
    "code": {"text": "Lumbar epidural steroid injection"},
    "subject": {"reference": "Patient/example"},
    "performedDateTime": "2026-01-06T09:30:00Z",
}

#: Its ACK.
ACK: Final = (
    "MSH|^~\\&|CHARGES|NORTH|ANESTHESIA|NORTH|20260106101501||ACK^R01^ACK|0199ACK0001|P|2.5.1\r"
    "MSA|AA|EX0001\r"
)

#: A line of the queue.
CHARGE_ITEM: Final[dict[str, Any]] = {
    "resourceType": "ChargeItem",
    "id": "01997f4e-8d5a-7c31-b6aa-2f9c1de4a7b0",
    "meta": {"versionId": "2", "lastUpdated": "2026-01-06T10:15:02Z"},
    "status": "planned",
    "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "62323"}]},
    "subject": {"identifier": {"value": "EX4711"}},
    "occurrenceDateTime": "2026-01-06",
    "quantity": {"value": 1},
}

#: A question to a clinician.
TASK: Final[dict[str, Any]] = {
    "resourceType": "Task",
    "id": "01997f4e-9a10-7c31-b6aa-2f9c1de4a7b1",
    "status": "requested",
    "intent": "order",
    "code": {"text": "imaging.modality"},
    "description": "Please state which imaging, if any, guided the needle.",
    "focus": {"reference": "ChargeItem/01997f4e-8d5a-7c31-b6aa-2f9c1de4a7b0"},
    "authoredOn": "2026-01-06T10:20:00Z",
}

BUNDLE: Final[dict[str, Any]] = {
    "resourceType": "Bundle",
    "type": "transaction",
    "entry": [{"resource": PROCEDURE, "request": {"method": "PUT", "url": "Procedure/example"}}],
}


#: All is well; and what is understood here.
WELL: Final = fhir.outcome([])
METADATA: Final = fhir.capability_statement(_BASE, "1.0.0")

Example = str | dict[str, Any]


def body_of(media_type: str, example: Example) -> dict[str, Any]:
    """How an operation that reads its body by itself describes it."""
    return {"requestBody": {"required": True, "content": {media_type: _shown(example)}}}


def answered(examples: dict[str, Example], status: int = 200) -> dict[int | str, dict[str, Any]]:
    """How an operation that writes its answer by itself describes it: an example of each media type."""
    return {status: {"content": {media_type: _shown(each) for media_type, each in examples.items()}}}


def searched(found: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """How a search of FHIR describes its answer: a page of what was found."""
    page = fhir.searchset([found], _BASE, f"{_BASE}/{found['resourceType']}", None)
    return answered({FHIR: page})


def _shown(example: Example) -> dict[str, Any]:
    return {"schema": {"type": "string" if isinstance(example, str) else "object"}, "example": example}
