"""FHIR for the unit tests: invented procedures, and a feed that reads them."""

import copy
from pathlib import Path
from typing import Any

import orjson
import pytest

from service.domain.event import Event, Format
from service.domain.feed import ElementPaths, Feed
from service.fhir import Extractor

_SAMPLES = Path(__file__).parents[3] / "docs" / "samples" / "fhir"
_PROCEDURE = {
    "resourceType": "Procedure",
    "id": "p1",
    "status": "completed",
    "code": {"text": "epidural injection"},
    "subject": {"reference": "Patient/testperson"},
    "performedDateTime": "2026-03-02",
}
_FEED = Feed(
    name="test",
    format=Format.FHIR,
    accepts=("Procedure",),
    each="Procedure",
    certain=True,
    context={
        "patient_id": ("%patient.identifier.value", "subject.identifier.value"),
        "patient_family_name": ("%patient.name.family",),
        "patient_sex": ("%patient.gender",),
        "patient_class": ("%encounter.class.code",),
        "visit_number": ("%encounter.identifier.value", "encounter.identifier.value"),
        "performer_id": ("%performer.identifier.value", "performer.actor.identifier.value"),
    },
    elements=(
        ElementPaths("service_date", ("performed.start", "performed", "occurrence.start", "occurrence")),
        ElementPaths("status", ("status",)),
        ElementPaths("entry_levels", ("bodySite.text", "bodySite.coding.display")),
    ),
    named_observations=True,
    narratives=("note.text", "code.text", "text.`div`"),
)
_NAMES = frozenset({"imaging.modality", "catheter.disposition", "planned_dwell_days", "imaging.contrast"})


@pytest.fixture(scope="session")
def procedure():
    """Make a whole Procedure; None takes an element out."""

    def make(**changes: Any) -> dict[str, Any]:
        merged = {**copy.deepcopy(_PROCEDURE), **changes}
        return {name: value for name, value in merged.items() if value is not None}

    return make


@pytest.fixture(scope="session")
def entry():
    """Make an entry of a transaction."""

    def make(
        resource: Any, url: str | None = None, method: str = "POST", full_url: str = ""
    ) -> dict[str, Any]:
        request = {"method": method, "url": url or resource["resourceType"]}
        return {"resource": resource, "request": request, **({"fullUrl": full_url} if full_url else {})}

    return make


@pytest.fixture(scope="session")
def bundle():
    """Make a Bundle of entries."""

    def make(*entries: Any, kind: str = "transaction") -> dict[str, Any]:
        return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}

    return make


@pytest.fixture(scope="session")
def feed():
    return _FEED


@pytest.fixture(scope="session")
def sample():
    """The bytes of a shipped sample."""
    return lambda name: (_SAMPLES / name).read_bytes()


@pytest.fixture(scope="session")
def event():
    """Make a stored event of a resource, or of bytes."""

    def make(content: Any, **changes: Any) -> Event:
        body = content if isinstance(content, bytes) else orjson.dumps(content)
        values = {
            "id": "e1",
            "facility": "main",
            "format": Format.FHIR,
            "sender": "ehr",
            "message_type": "Procedure",
            "control_id": "",
            "received_at": 1_772_452_800.0,  # 2026-03-02T12:00:00Z
            "sequence": 1,
            "body": body,
        }
        return Event(**{**values, **changes})

    return make


@pytest.fixture(scope="session")
def read(event):
    """Extract the reports of a resource, by the test's feed or another."""

    def extract(content: Any, feed: Feed = _FEED, **changes: Any):
        return Extractor(feed, _NAMES).extract(event(content, **changes))

    return extract


@pytest.fixture(scope="session")
def read_one(read):
    """Extract the report of a message that has one."""

    def extract(*args: Any, **changes: Any):
        (report,) = read(*args, **changes)
        return report

    return extract


@pytest.fixture(scope="session")
def values():
    """What a report reads, as (element, text, path)."""
    return lambda report: [(one.element, one.text, one.source.path) for one in report.readings]


@pytest.fixture(scope="session")
def observation():
    """Make an Observation of the procedure p1; None takes an element out."""

    def make(**changes: Any) -> dict[str, Any]:
        whole = {
            "resourceType": "Observation",
            "status": "final",
            "code": {"text": "imaging.modality"},
            "partOf": [{"reference": "Procedure/p1"}],
            "valueString": "fluoroscopy",
            **changes,
        }
        return {name: value for name, value in whole.items() if value is not None}

    return make
