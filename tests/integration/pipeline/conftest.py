"""A queue with lines in it, without the messages they would come from."""

import pytest

from service.domain.charge import CandidateStatus, Origin
from service.domain.review import Line
from service.store.users import User

CONTEXT = {"patient_id": "MRN1", "visit_number": "V1", "patient_family_name": "TESTPERSON"}


def a_line(slot="neuraxial-injection", code="62327", **more):
    content = {
        "elements": [],
        "questions": [],
        "context": CONTEXT,
        "diagnoses": ["M54.16"],
        "because": [],
        "evidence": [],
        "stated": [],
        **more.pop("content", {}),
    }
    values = {
        "status": CandidateStatus.PROPOSED if code else CandidateStatus.WAITING,
        "origin": Origin.MAPPED,
        "table": slot,
        "table_hash": "",
        "row": 8,
        "units": 1,
        "modifiers": (),
        "service_date": "2027-01-10",
        **more,
    }
    return Line(slot=slot, code=code, content=content, **values)


@pytest.fixture
def put(database):
    """Put lines into the queue as lines of one procedure; gives them as stored."""

    def put_lines(*lines, facility="main"):
        with database.transaction() as store:
            ids, _ = store.procedures.lock([(facility, "procedure-1")])
            (procedure_id,) = ids.values()
            store.candidates.add(facility, [(procedure_id, line) for line in lines])
            stored = store.candidates.of_procedures([procedure_id])
            return stored[-len(lines) :]

    return put_lines


@pytest.fixture
def coder():
    """A coder of the facility main."""
    return User("carla", frozenset({"coder"}), "main")
