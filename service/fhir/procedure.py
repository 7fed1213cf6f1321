"""What a Procedure must say before a charge can be read from it."""

from collections.abc import Iterator
from typing import Any

from service.domain.codes import MOST_STATED_CODES
from service.domain.errors import Fault
from service.fhir.resource import Resource

ENTERED_IN_ERROR = "entered-in-error"
_STATUSES = frozenset(
    {
        "preparation",
        "in-progress",
        "not-done",
        "on-hold",
        "stopped",
        "completed",
        ENTERED_IN_ERROR,
        "unknown",
    }
)
_FORMER_STATUSES = {"aborted": "stopped", "suspended": "on-hold"}
_TIMES = ("performed", "occurrence")  # R4, R5


def procedure_faults(procedure: Resource, at: str = "Procedure") -> Iterator[Fault]:
    """What is wrong with a Procedure; `at` is the FHIRPath of where it stands."""
    yield from _status_faults(procedure.get("status"), f"{at}.status")
    yield from _code_faults(procedure.get("code"), f"{at}.code")
    yield from _subject_faults(procedure.get("subject"), f"{at}.subject")
    yield from _time_faults(procedure, at)


def _status_faults(status: Any, at: str) -> Iterator[Fault]:
    if status is None:
        yield Fault(at, "101", "there is no status: it says whether the procedure was done")
    elif not isinstance(status, str):
        yield Fault(at, "102", "the status is not a string")
    elif status in _FORMER_STATUSES:
        yield Fault(at, "103", f"this is a status of FHIR DSTU2 or STU3: R4 says {_FORMER_STATUSES[status]}")
    elif status not in _STATUSES:
        yield Fault(at, "103", f"the status is none of {', '.join(sorted(_STATUSES))}")


def _code_faults(code: Any, at: str) -> Iterator[Fault]:
    if code is None:
        yield Fault(at, "101", "there is no code: it says what was done")
    elif not isinstance(code, dict):
        yield Fault(at, "102", "the code is not a CodeableConcept")
    elif isinstance(code.get("coding"), list) and len(code["coding"]) > MOST_STATED_CODES:
        yield Fault(at, "104", f"more than {MOST_STATED_CODES} codings of one procedure")
    elif not _says_something(code):
        yield Fault(at, "101", "the code has neither text nor a coding with code or display")


def _says_something(concept: Resource) -> bool:
    codings = concept.get("coding")
    listed = [item for item in codings if isinstance(item, dict)] if isinstance(codings, list) else []
    texts = [concept.get("text"), *(item.get(name) for item in listed for name in ("code", "display"))]
    return any(isinstance(text, str) and text.strip() for text in texts)


def _subject_faults(subject: Any, at: str) -> Iterator[Fault]:
    if subject is None:
        yield Fault(at, "101", "there is no subject: it says whose charge this is")
    elif not isinstance(subject, dict):
        yield Fault(at, "102", "the subject is not a Reference")
    elif not (isinstance(subject.get("reference"), str) or isinstance(subject.get("identifier"), dict)):
        yield Fault(at, "101", "the subject has neither a reference nor an identifier")


def _time_faults(procedure: Resource, at: str) -> Iterator[Fault]:
    found = [name for name in procedure if any(_is_choice(name, element) for element in _TIMES)]
    if not found:
        yield Fault(
            f"{at}.performed", "101", "no performed[x]: the day of service is not documented", "warning"
        )
    elif len(found) > 1:
        yield Fault(
            f"{at}.performed", "102", f"performed[x] stands more than once: {', '.join(sorted(found))}"
        )


def _is_choice(name: str, element: str) -> bool:
    """Whether `name` spells `element`[x]: performedPeriod, performedDateTime, ..."""
    return name.startswith(element) and name[len(element) :][:1].isupper()
