"""OperationOutcome: what was thought of a request, as FHIR says it."""

from collections.abc import Iterable

from service.domain.errors import Fault
from service.fhir.resource import Resource

#: HL7 table 0357 -> FHIR issue type. Who may do what, table 0357 has no code for.
_ISSUE_TYPES = {
    "0": "informational",
    "100": "structure",
    "101": "required",
    "102": "structure",
    "103": "code-invalid",
    "104": "too-long",
    "200": "not-supported",
    "201": "not-supported",
    "202": "not-supported",
    "203": "not-supported",
    "204": "not-found",
    "205": "duplicate",
    "206": "lock-error",
    "207": "transient",
    "login": "login",
    "forbidden": "forbidden",
}


def outcome(faults: Iterable[Fault]) -> Resource:
    """One issue a fault. An OperationOutcome has at least one: without faults it says that all is well."""
    issues = [_issue(fault) for fault in faults]
    return {
        "resourceType": "OperationOutcome",
        "issue": issues or [_issue(Fault("", "0", "all is well", "information"))],
    }


def _issue(fault: Fault) -> Resource:
    issue: Resource = {
        "severity": fault.severity,
        "code": _ISSUE_TYPES.get(fault.code, "processing"),
        "diagnostics": fault.message,
    }
    if fault.location:
        issue["expression"] = [fault.location]
    return issue
