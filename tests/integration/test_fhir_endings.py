"""What a FHIR Procedure says of how it ended is held against a status that systems set by themselves."""

import json

import pytest

from service.domain.event import Event, Format
from tests.programs import REPOSITORY
from tests.shipped import shipped_reader

READER = shipped_reader()
SAMPLE = json.loads((REPOSITORY / "docs" / "samples" / "fhir" / "procedure.json").read_bytes())
UNSUCCESSFUL = {
    "coding": [{"system": "http://snomed.info/sct", "code": "385671000", "display": "Unsuccessful"}]
}


def charted(**more):
    body = json.dumps({**SAMPLE, **more}).encode()
    event = Event("e1", "main", Format.FHIR, "ehr", "Procedure", "Procedure/1", 0.0, 1, body)
    return READER.chart(READER.read(event).parts)


def asked(**more):
    return [question.element for proposal in charted(**more).proposals for question in proposal.questions]


@pytest.mark.parametrize(
    "ending",
    [
        {"statusReason": {"text": "patient moved, aborted"}},
        {"outcome": UNSUCCESSFUL},
        {"complication": [{"text": "dural puncture, procedure abandoned"}]},
    ],
    ids=["why it stands so", "a coded outcome", "a complication"],
)
def test_a_procedure_that_is_completed_and_ended_otherwise_is_asked_about(ending):
    assert "status" in asked(**ending)


def test_one_that_ended_well_is_not():
    assert "status" not in asked(outcome={"coding": [{"display": "Successful"}]})


def test_a_complication_that_says_none_is_none():
    for text in ("None", "none.", "N/A", "Nil"):
        assert "status" not in asked(complication=[{"text": text}]), text


@pytest.mark.parametrize(
    ("end", "days"),
    [
        ("2026-03-01T09:00:00-06:00", {"2026-03-02", "2026-03-01"}),
        ("2026-03-02T10:30:00-06:00", {"2026-03-02"}),
        ("2026-03-03", {"2026-03-02"}),
    ],
)
def test_a_period_that_ends_before_it_starts_names_no_day_of_service(end, days):
    period = {"start": "2026-03-02T10:00:00-06:00", "end": end}
    documentation = charted(performedDateTime=None, performedPeriod=period).documentation
    assert {str(value)[:10] for value in documentation.values("service_date")} == days
