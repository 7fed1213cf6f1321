"""Samples of each feed are checked now and then, by one process, and what is found is kept."""

import pytest

from service.domain.event import Arrival, Format
from service.domain.feed import Feed
from service.pipeline.sampling import sample

LAB = Feed("lab", Format.HL7V2, ("ORU^R01",), "OBR")
FHIR = Feed("fhir", Format.FHIR, ("Procedure",), "Procedure")
BODY = (
    "MSH|^~\\&|LAB|NORTH|CC|HERE|20260301120000||ORU^R01^ORU_R01|C{n}|P|2.5.1\r"
    "PID|1||4711^^^NORTH^MR\rOBR|1|A1|B1|PROC^Procedure\rOBX|1|ST|TXT^Text||words||||||F\r"
)
NO_NAME = "PID_5 is missing in PID"


@pytest.fixture
def come(database):
    """Receive messages of a feed."""

    def receive(*numbers, feed=LAB, text=BODY):
        told = {"taken_by": feed.name, "answer": b"ACK"}
        arrivals = [
            Arrival(feed.format, "LAB|", "main", "ORU^R01", f"C{n}", body=text.format(n=n).encode(), **told)
            for n in numbers
        ]
        with database.transaction() as store:
            store.events.receive(arrivals)

    return receive


def found(database):
    with database.look() as store:
        checked = store.samples.checked().get("lab")
        return checked, [
            (each.rule, each.messages, each.last_control_id) for each in store.samples.findings("lab")
        ]


def test_the_first_message_of_a_feed_is_checked_and_then_one_of_many(database, come):
    come(1)
    assert sample(database, [LAB, FHIR], every=3) == 1
    assert sample(database, [LAB, FHIR], every=3) == 0
    come(2, 3)
    assert sample(database, [LAB, FHIR], every=3) == 0
    come(4)
    assert sample(database, [LAB, FHIR], every=3) == 1
    checked, findings = found(database)
    assert (checked.checked, checked.faulty) == (2, 2)
    assert findings == [(NO_NAME, 2, "C4")]


def test_a_sound_message_counts_and_leaves_nothing(database, come):
    come(1, text=BODY.replace("^MR", "^MR||TESTPERSON^ANNA"))
    sample(database, [LAB], every=3)
    checked, findings = found(database)
    assert (checked.checked, checked.faulty, findings) == (1, 0, [])


def test_of_two_processes_one_checks(database, come):
    come(1, 2, 3)
    with database.transaction() as store:
        assert store.samples.claim("lab", 3, 2)
        assert not store.samples.claim("lab", 3, 2)
        assert store.samples.claim("lab", 5, 2)
    assert sample(database, [LAB], every=2) == 0


def test_resources_and_long_messages_are_left_out(database, come):
    come(1, feed=FHIR)
    assert sample(database, [LAB, FHIR], every=1) == 0
    come(2, text=BODY + "NTE|1||" + "x" * 20_000 + "\r")
    sample(database, [LAB, FHIR], every=1)
    assert found(database)[0].checked == 0
