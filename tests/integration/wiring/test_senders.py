"""What feed files say of a sender holds at the door."""

from dataclasses import replace

import pytest

from service.domain.errors import SetupError
from service.domain.event import Format
from service.domain.feed import Feed
from service.hl7 import read_ack, split_messages
from service.mllp import Origin
from service.pipeline.chart import Reader
from service.pipeline.trial import try_payload
from service.store.quarantine import Which
from service.wiring.given_settings import read_settings
from service.wiring.opening import open_service
from tests.shipped import shipped_mappings

MESSAGE = b"MSH|^~\\&|WARD|NORTH|B|C|20260301||ORU^R01|1|P|%s|||AL|NE\rPID|1||P1\r"


def test_without_tls_it_listens_only_where_no_other_machine_reaches_it(tmp_path):
    def listener(mllp, **given):
        opened = replace(service, settings=read_settings(data=tmp_path, mllp=mllp, **given))
        return opened.listener()

    service = open_service(read_settings(data=tmp_path))
    for address in ("127.0.0.1:0", "[::1]:0", "localhost:0"):
        assert listener(address)
    assert listener("0.0.0.0:0", mllp_plain=True)
    for address in ("0.0.0.0:0", "10.1.2.3:2575", "hospital.example:2575"):
        with pytest.raises(
            SetupError, match="set CHARGE_CAPTURE_MLLP_CERTIFICATE, or CHARGE_CAPTURE_MLLP_PLAIN"
        ):
            listener(address)
    service.close()


FROM = b"MSH|^~\\&|%s|%s|B|C|20260301||%s|1|P|2.5.1\rPID|1||P1\r"


@pytest.fixture
def guarded(tmp_path):
    """A service that lets in some senders only; what it keeps is told by `kept`."""
    opened = []

    def start(**senders):
        given = {"mllp_senders": senders} if senders else {}
        service = open_service(read_settings(data=tmp_path, **given, **FILES))
        opened.append(service)
        return service

    yield start
    for service in opened:
        service.close()


#: Never read: no listener is opened.
FILES = {"mllp_certificate": "server.pem", "mllp_client_ca": "ca.pem"}


@pytest.mark.parametrize(
    ("application", "facility", "names", "code"),
    [
        (b"LAB", b"NORTH", ("lab.example",), "AA"),
        (b"lab", b"North", ("x", "LAB.example"), "AA"),
        (b"LAB", b"NORTH", ("other.example",), "AR"),
        (b"LAB", b"NORTH", (), "AR"),
        (b"LAB", b"SOUTH", ("anything",), "AA"),
        (b"EHR", b"WEST", (), "AA"),
        (b"EHR", b"NORTH", (), "AR"),
        (b"", b"", ("lab.example",), "AR"),
    ],
)
def test_who_may_send_is_said_by_msh_3_and_4_and_the_names_of_a_certificate(
    guarded, application, facility, names, code
):
    senders = {"LAB|NORTH": ["lab.example"], "LAB|*": [], "*|WEST": []}
    body = FROM % (application, facility, b"ORU^R01")
    (answer,) = guarded(**senders).door.receive_frames([(body, Origin("h:1", names))])
    assert read_ack(answer).code == code
    assert read_ack(answer).error_codes == (("103",) if code == "AR" else ())


def test_what_a_stranger_sends_is_kept_and_taken_once_the_sender_is_on_the_list(guarded):
    body = FROM % (b"LAB", b"NORTH", b"ORU^R01")
    acknowledgement = FROM % (b"LAB", b"NORTH", b"ACK")
    batch = body + FROM % (b"EHR", b"X", b"ORU^R01")
    before, after = guarded(**{"EHR|*": []}), guarded(**{"*|*": []})
    answers = before.door.receive_frames([(each, Origin("h:1")) for each in (body, acknowledgement, batch)])
    assert answers[1] == b""
    assert [read_ack(each).code for each in (answers[0], *split_messages(answers[2]))] == ["AR", "AR", "AA"]
    with before.database.look() as store:
        kept = store.quarantine.page(Which(), limit=9)
    assert [(each.sender, "not on the list" in each.reason) for each in kept] == [("LAB|NORTH", True)] * 2
    (answer,) = after.door.receive_frames([(body, Origin("h:1"))])
    assert read_ack(answer).code == "AA"


@pytest.fixture
def door(tmp_path):
    """A door that knows one sender as one that waits for AA."""
    mappings = shipped_mappings()
    feed = Feed("ward", Format.HL7V2, ("MDM^T02",), "TXA", match={"MSH-3": "WARD"}, acknowledge="original")
    service = open_service(read_settings(data=tmp_path), replace(mappings, feeds=(*mappings.feeds, feed)))
    yield service.door
    service.close()


def test_a_dry_run_tells_the_answer_that_the_service_gives(door):
    mappings = shipped_mappings()
    feed = Feed("ward", Format.HL7V2, ("MDM^T02",), "TXA", match={"MSH-3": "WARD"}, acknowledge="original")
    reader = Reader(replace(mappings, feeds=(*mappings.feeds, feed)))
    for body in (MESSAGE % b"2.5.1", MESSAGE % b"7.7", MESSAGE.replace(b"WARD", b"OTHER") % b"2.5.1"):
        (trial,) = try_payload(reader, body)
        assert trial.code == read_ack(door.receive_frames([(body, Origin("h:1"))])[0]).code


def test_a_sender_that_waits_for_aa_gets_it_whatever_it_sends(door):
    bodies = [MESSAGE % b"2.5.1", MESSAGE % b"7.7", MESSAGE.replace(b"WARD", b"OTHER") % b"2.5.1"]
    answers = door.receive_frames([(body, Origin("h:1")) for body in bodies])
    answers.append(door.refuse_frame(bodies[0], "slow"))
    assert [read_ack(answer).code for answer in answers] == ["AA", "AR", "CA", "AR"]
