"""What feed files say of a sender holds at the door."""

from dataclasses import replace

import pytest

from service.domain.event import Format
from service.domain.feed import Feed
from service.hl7 import read_ack
from service.mapping import load
from service.wiring import open_service, read_settings
from tests.service_process import REPOSITORY

MESSAGE = b"MSH|^~\\&|WARD|NORTH|B|C|20260301||ORU^R01|1|P|%s|||AL|NE\rPID|1||P1\r"


@pytest.fixture
def door(tmp_path):
    """A door that knows one sender as one that waits for AA."""
    mappings = load(REPOSITORY / "mappings")
    feed = Feed("ward", Format.HL7V2, ("MDM^T02",), "TXA", match={"MSH-3": "WARD"}, acknowledge="original")
    service = open_service(read_settings(data=tmp_path), replace(mappings, feeds=(*mappings.feeds, feed)))
    yield service.door
    service.close()


def test_a_sender_that_waits_for_aa_gets_it_whatever_it_sends(door):
    bodies = [MESSAGE % b"2.5.1", MESSAGE % b"7.7", MESSAGE.replace(b"WARD", b"OTHER") % b"2.5.1"]
    answers = door.receive_frames([(body, "peer") for body in bodies])
    answers.append(door.refuse_frame(bodies[0], "slow"))
    assert [read_ack(answer).code for answer in answers] == ["AA", "AR", "CA", "AR"]
