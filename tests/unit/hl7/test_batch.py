"""The answer to a payload of several messages."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.hl7 import admit, read_ack, split_messages
from service.hl7.batch import answer_payload, complaints
from service.hl7.payload import read_payload
from tests.unit.hl7.test_payload import BHS, ONE, TWO

NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
FHS = BHS.replace(b"BHS", b"FHS").replace(b"|B1", b"|F1")


def reply(body):
    payload = read_payload(body)
    answers = [admit(message, now=NOW, ack_id="K").answer for message in payload.messages]
    complained = [complaint.answer(now=NOW, ack_id="C") for complaint in complaints(payload)]
    return answer_payload(payload, answers, complained, now=NOW, ack_id="R")


def lines(body):
    return [line[:3] for line in reply(body).decode("latin-1").split("\r") if line]


def codes(body):
    acks = [read_ack(message) for message in split_messages(reply(body)) if b"MSA" in message]
    return [(ack.code, ack.control_id) for ack in acks]


def test_a_batch_is_answered_by_a_batch_that_names_it():
    first, *_, last = reply(BHS + ONE + TWO + b"BTS|2\r").decode().split("\r")[:-1]
    assert first == "BHS|^~\\&|CC|HUB|LAB|NORTH|20260115103000+0000||||R-1|B1"
    assert last == "BTS|2"
    assert codes(BHS + ONE + TWO + b"BTS|2\r") == [("AA", "A1"), ("AA", "A2")]


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        (ONE + TWO, "MSH MSA MSH MSA"),
        (BHS + ONE, "BHS MSH MSA BTS"),
        (ONE + b"BTS|1\r", "BHS MSH MSA BTS"),
        (FHS + ONE + TWO + b"FTS|1\r", "FHS MSH MSA MSH MSA FTS"),
        (FHS + BHS + ONE + b"BTS\r" + BHS + TWO + b"BTS\rFTS\r", "FHS BHS MSH MSA BTS BHS MSH MSA BTS FTS"),
        (BHS + b"BTS|0\r", "BHS BTS"),
        (BHS + ONE + b"BTS|7\r", "BHS MSH MSA MSH MSA ERR BTS"),
        (FHS + ONE + b"FTS|7\r", "FHS MSH MSA MSH MSA ERR FTS"),
    ],
)
def test_the_answer_has_the_envelopes_of_what_it_answers(body, answered):
    assert lines(body) == answered.split()


def test_a_wrong_count_is_an_error_of_the_batch_and_not_of_its_messages():
    body = FHS + BHS + ONE + b"BTS|2\r" + BHS.replace(b"|B1", b"|B2") + TWO + b"BTS|1\rFTS|1\r"
    assert codes(body) == [("AA", "A1"), ("AE", "B1"), ("AA", "A2"), ("AE", "F1")]
    assert b"BTS|2|the count is not that of the messages that came: 1" in reply(body)
    assert [complaint.body for complaint in complaints(read_payload(body))] == [
        BHS + b"BTS|2\r",
        FHS + b"FTS|1\r",
    ]


def test_a_member_that_cannot_be_read_is_answered_and_its_neighbours_are_taken():
    body = BHS + ONE + b"junk\r" + TWO.replace(b"|P|2.5.1", b"|P|7.7") + b"BTS\r"
    assert codes(body) == [("AA", "A1"), ("AR", "A2")]
    body = BHS + b"junk\r" + ONE + b"BTS\r"
    assert codes(body) == [("AR", ""), ("AA", "A1")]


def test_what_wants_no_answer_gets_none_but_a_wrong_count_is_told():
    silent = ONE.rstrip(b"\r").replace(b"|P|2.5.1", b"|P|2.5.1|||NE|NE") + b"\r"
    assert reply(BHS + silent + silent + b"BTS|2\r") == b""
    assert codes(BHS + silent + b"BTS|2\r") == [("AE", "B1")]
    assert codes(BHS + silent + TWO + b"BTS|2\r") == [("AA", "A2")]


def test_a_batch_of_acknowledgements_is_never_answered():
    ack = ONE.replace(b"ORU^R01", b"ACK")
    assert reply(BHS + ack + ack + b"BTS|2\r") == b""
    assert reply(BHS + ack + ack + b"BTS|3\r") == b""


def test_older_versions_get_their_own_kind_of_error():
    body = BHS + ONE.replace(b"2.5.1", b"2.3") + b"BTS|2\r"
    assert b"MSA|AE|B1|the count is not that of the messages that came: 1\rERR|BTS^1^1^100&" in reply(body)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "latin-1"])
def test_the_answer_is_in_the_characters_of_the_payload(codec):
    body = (BHS + ONE + TWO + b"BTS|3\r").decode().replace("NORTH", "SÜD").encode(codec)
    text = reply(body).decode(codec.removesuffix("-sig"))
    assert text.startswith("BHS|^~\\&|CC|HUB|LAB|SÜD|")
    assert text.count("MSA|AA|A") == 2
    assert "\ufeff" not in text


def test_delimiters_are_those_of_each_sender():
    body = BHS.replace(b"|", b"#") + ONE + b"BTS#1\r"
    assert reply(body).startswith(b"BHS#^~\\&#CC#HUB#LAB#NORTH#")
    assert b"\rMSA|AA|A1\rBTS#1\r" in reply(body)


@given(st.binary(max_size=300))
def test_any_payload_is_answered_with_whole_frames_content(body):
    for payload in (BHS + body + b"\r" + ONE + b"BTS|9", b"BHS" + body + b"\r" + ONE + TWO):
        answered = reply(payload)
        assert answered
        assert b"\x0b" not in answered
        assert b"\x1c" not in answered
