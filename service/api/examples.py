"""Examples that the OpenAPI document shows of what EHRs send. The patient is made up."""

from typing import Any, Final

_SEGMENTS = (
    r"MSH|^~\&|ANESTHESIA|NORTH|CHARGES|NORTH|20260106101500||ORU^R01^ORU_R01|EX0001|P|2.5.1",
    "PID|1||EX4711^^^NORTH^MR||TESTPERSON^EXAMPLE||19700101|F",
    "PV1|1|O|PAIN^1^1||||1234567893^EXAMPLE^ADAM|||||||||||V0001",
    "OBR|1||R0001|PROC^Procedure note^L|||20260106093000||||||||||||||||||F",
    "OBX|1|TX|NOTE^Procedure note^L||Lumbar epidural steroid injection at L4-5.||||||F",
)

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

BUNDLE: Final[dict[str, Any]] = {
    "resourceType": "Bundle",
    "type": "transaction",
    "entry": [{"resource": PROCEDURE, "request": {"method": "PUT", "url": "Procedure/example"}}],
}


def body_of(media_type: str, example: str | dict[str, Any]) -> dict[str, Any]:
    """How an operation that reads its body by itself describes it."""
    schema = {"type": "string" if isinstance(example, str) else "object"}
    content = {media_type: {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "content": content}}
