"""A queue with lines in it, put there directly or charted from messages."""

from copy import copy

import pytest

from service.domain.charge import CandidateStatus, Origin, Parcel, PostingState
from service.domain.event import Arrival, Format
from service.domain.review import Line
from service.domain.worklist import Filter
from service.pipeline import decide
from service.pipeline.chart import chart
from service.pipeline.decide import Reviewer
from service.store.quarantine import Which
from service.store.users import User
from tests.shipped import shipped_reader

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

    def put_lines(*lines, facility="main", procedure="procedure-1"):
        with database.transaction() as store:
            ids, _ = store.procedures.lock([(facility, procedure)])
            (procedure_id,) = ids.values()
            store.candidates.add(facility, [(procedure_id, line) for line in lines])
            stored = store.candidates.of_procedures([procedure_id])
            return stored[-len(lines) :]

    return put_lines


@pytest.fixture
def coder():
    """A coder of the facility main."""
    return User("carla", frozenset({"coder"}), "main")


GUIDED = {"imaging__modality": "fluoroscopy"}


@pytest.fixture(scope="session")
def reader():
    """The shipped mappings."""
    return shipped_reader()


def report(number, status="F", time="20270110090000", patient="P1", **elements):
    """An ORU of one order from a hospital without a feed of its own."""
    documented = {
        "intent": "postop_analgesia",
        "target": "epidural",
        "approach": "interlaminar",
        "entry_levels": "L2-L3",
        "device": "catheter",
        "substances.class": "local_anesthetic",
        "catheter.disposition": "left_indwelling",
        **{name.replace("__", "."): value for name, value in elements.items()},
    }
    lines = [
        f"MSH|^~\\&|ANY|HOSP|||{time}||ORU^R01|M{number}|P|2.5.1",
        f"PID|1||{patient}^^^HOSP^MR||TESTPERSON^T||19600101|F",
        "PV1|1|I|||||||||||||||||V1",
        f"OBR|1||ORDER-1|PROC|||20270110080000|||||||||||||||{time}|||{status}",
        *(
            f"OBX|{n}|CWE|{name}||{value}||||||{status}"
            for n, (name, value) in enumerate(documented.items(), start=1)
            if value
        ),
    ]
    return "\r".join(lines).encode() + b"\r"


def receive(database, *bodies):
    """Keep messages, as the door does."""
    for body in bodies:
        kind, control_id, processing_id = body.decode().split("|", 11)[8:11]
        told = {"processing_id": processing_id}
        arrival = Arrival(Format.HL7V2, "ANY|HOSP", "main", kind, control_id, body, b"ACK", **told)
        with database.transaction() as store:
            store.events.receive([arrival])


@pytest.fixture
def take(database, reader):
    """Receive messages one after the other, charting after each."""

    def take_all(*bodies):
        for body in bodies:
            receive(database, body)
            chart(database, reader, batch=10, lease=60)

    return take_all


@pytest.fixture
def hear(database, reader):
    """Take what billing sends us, as the listener would; gives (state, reason) of the stored message."""

    def heard(
        body,
        message_type="ACK^P03",
        format_=Format.HL7V2,
        *,
        sender="BILLING|MAIN",
        facility="main",
        billing=reader.billing,
    ):
        with database.transaction() as store:
            arrival = Arrival(format_, sender, facility, message_type, "B1", body, b"")
            ((identifier, _),) = store.events.receive([arrival])
        listening = copy(reader)
        listening.billing = billing
        chart(database, listening, batch=10, lease=60)
        with database.transaction() as store:
            quarantined = store.quarantine.page(Which(), limit=10)
        return next((each.reason for each in quarantined if each.id == identifier), "")

    return heard


def queue(database, *statuses):
    with database.transaction() as store:
        wanted = Filter(statuses=tuple(map(CandidateStatus, statuses or ["proposed", "waiting"])))
        return store.worklist.page("*", wanted, limit=50).lines


def post_all(database):
    with database.transaction() as store:
        while posting := store.postings.claim(["billing"], 60):
            store.postings.fix(posting, Parcel(posting.control_id, b"DFT"))
            store.postings.record(posting, PostingState.POSTED, "AA")


def approve(database, coder, line):
    with database.transaction() as store:
        return decide.approve(store, Reviewer(coder, line.id, line.version), "billing")
