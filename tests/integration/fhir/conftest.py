"""Resources of one injection, each by itself; and a database that takes them."""

import base64
import copy

import orjson
import pytest

from service.domain.event import Arrival, Format
from service.domain.worklist import Filter
from service.fhir import admit, assign_id
from service.pipeline.chart import chart
from tests.shipped import shipped_reader

NOTE = (
    "Lumbar epidural steroid injection at L4-L5. A needle was advanced by an interlaminar "
    "approach into the epidural space. Methylprednisolone 80 mg was given as a single injection through the "
    "needle. The needle was removed. No catheter was placed. Images were saved to the archive."
)
RESOURCES = {
    "patient": {
        "resourceType": "Patient",
        "id": "1",
        "identifier": [{"system": "urn:mrn", "value": "700123"}],
        "name": [{"family": "Testperson", "given": ["Tilda"]}],
        "birthDate": "1960-01-01",
        "gender": "female",
    },
    "encounter": {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "class": {"code": "AMB"},
        "identifier": [{"system": "urn:visit", "value": "9001"}],
        "account": [{"identifier": {"value": "ACC-1"}}],
        "diagnosis": [{"condition": {"reference": "Condition/c1"}}],
    },
    "condition": {
        "resourceType": "Condition",
        "id": "c1",
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M54.16"}]},
        "subject": {"reference": "Patient/1"},
    },
    "procedure": {
        "resourceType": "Procedure",
        "id": "p1",
        "status": "completed",
        "code": {"text": "Epidural steroid injection"},
        "subject": {"reference": "Patient/1"},
        "encounter": {"identifier": {"system": "urn:visit", "value": "9001"}},
        "performedDateTime": "2026-03-02",
    },
    "observation": {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": {"text": "imaging.modality"},
        "partOf": [{"reference": "Procedure/p1"}],
        "valueString": "fluoroscopy",
    },
    "document": {
        "resourceType": "DocumentReference",
        "id": "d1",
        "status": "current",
        "docStatus": "final",
        "context": {"related": [{"reference": "Procedure/p1"}]},
        "content": [
            {"attachment": {"contentType": "text/plain", "data": base64.b64encode(NOTE.encode()).decode()}}
        ],
    },
}


@pytest.fixture
def resource():
    """One of the resources, changed."""
    return lambda kind, **changes: {**copy.deepcopy(RESOURCES[kind]), **changes}


@pytest.fixture(scope="session")
def reader():
    """The shipped mappings."""
    return shipped_reader()


@pytest.fixture
def take(database, reader):
    """Receive resources, each in a message of its own, and chart after each until nothing waits."""

    def take_all(*resources, sender="ehr", facility="main"):
        for content in resources:
            receive(database, content, sender, facility)
            drain(database, reader)

    return take_all


def receive(database, content, sender="ehr", facility="main"):
    body = orjson.dumps(content)
    admission = admit(body, resource_type=None, resource_id=None, method="POST", assigned_id=assign_id(body))
    assert not admission.quarantine
    arrival = Arrival(
        Format.FHIR,
        sender,
        facility,
        admission.message_type,
        admission.control_id,
        body,
        admission.answer,
        processing_id=admission.processing_id,
    )
    with database.transaction() as store:
        store.events.receive([arrival])


def drain(database, reader):
    while chart(database, reader, batch=10, lease=60):
        pass


def queue(database):
    """What stands in the queue, without what differs from run to run."""
    with database.transaction() as store:
        lines = store.worklist.page("*", Filter(), limit=50).lines
    return [(line.status, line.code, line.content["context"], line.content["diagnoses"]) for line in lines]
