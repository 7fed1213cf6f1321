"""Which identifier of a FHIR Patient is the number, by the shipped feed: its authority is its own."""

import json

import pytest

from service.domain.event import Event, Format
from tests.shipped import shipped_reader

READER = shipped_reader()
RECORD = {"type": {"coding": [{"code": "MR"}]}}


@pytest.mark.parametrize(
    ("identifiers", "patient"),
    [
        ([{**RECORD, "value": "1"}, {"system": "urn:b", "value": "2"}], ("1", "")),
        ([{"system": "urn:b", "value": "2"}, {**RECORD, "system": "urn:a", "value": "1"}], ("1", "urn:a")),
        ([{**RECORD, "system": "urn:a"}, {**RECORD, "system": "urn:b", "value": "1"}], ("1", "urn:b")),
        ([{"value": "1"}, {"system": "urn:b", "value": "2"}], ("1", "")),
    ],
)
def test_a_patient_s_number_is_not_another_authority_s(identifiers, patient):
    procedure = {
        "resourceType": "Procedure",
        "id": "1",
        "status": "completed",
        "contained": [{"resourceType": "Patient", "id": "p", "identifier": identifiers}],
        "subject": {"reference": "#p"},
    }
    body = json.dumps(procedure).encode()
    event = Event("e1", "main", Format.FHIR, "ehr", "Procedure", "Procedure/1", 0.0, 1, body)
    ((_, part),) = READER.read(event).parts
    assert (part.context.patient_id, part.context.patient_id_authority) == patient
