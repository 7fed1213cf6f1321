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


def asked(**more):
    body = json.dumps({**SAMPLE, **more}).encode()
    event = Event("e1", "main", Format.FHIR, "ehr", "Procedure", "Procedure/1", 0.0, 1, body)
    chart = READER.chart(READER.read(event).parts)
    return [question.element for proposal in chart.proposals for question in proposal.questions]


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
