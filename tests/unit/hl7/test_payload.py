"""Payloads of several messages: what is cut out of them, and what is said of their envelopes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.hl7.payload import false_start, read_payload

FHS = b"FHS|^~\\&\r"
ONE = b"MSH|^~\\&|LAB|NORTH|CC|HUB|20260115||ORU^R01|A1|P|2.5.1\rPID|1||77\r"
TWO = ONE.replace(b"|A1|", b"|A2|")
BHS = b"BHS|^~\\&|LAB|NORTH|CC|HUB|20260115||||B1\r"


def faults(body):
    payload = read_payload(body)
    envelopes = [*(batch.envelope for batch in payload.batches), payload.file]
    return [str(fault) for envelope in envelopes for fault in envelope.faults]


def shape(body):
    """How many messages each batch holds."""
    payload = read_payload(body)
    return payload and [len(batch.messages) for batch in payload.batches]


@pytest.mark.parametrize(
    ("body", "batches"),
    [
        pytest.param(ONE, None, id="one message is no payload of several"),
        pytest.param(b"", None, id="nothing"),
        pytest.param(b"rubbish", None, id="no message"),
        pytest.param(b"rubbish\r" + ONE, None, id="one message behind rubbish is refused as one"),
        pytest.param(ONE + TWO, [2], id="two without an envelope"),
        pytest.param(ONE + b"BTS|1\r", [1], id="a trailer alone"),
        pytest.param(BHS + ONE + TWO, [2], id="a header alone"),
        pytest.param(BHS + ONE + b"BTS|1\r" + BHS + TWO + b"BTS|1\r", [1, 1], id="two batches"),
        pytest.param(b"FHS|^~\\&\r" + ONE + TWO + b"FTS|1\r", [2], id="a file without batch headers"),
        pytest.param(BHS + b"BTS|0\r", [0], id="an empty batch"),
        pytest.param(b"FHS|^~\\&\rFTS|0\r", [], id="an empty file"),
        pytest.param(BHS + ONE + b"BTS|1\r" + TWO, [1, 1], id="a message behind the trailer"),
        pytest.param(ONE + b"MSH|see above|of 3 May\r", None, id="a line of a note is no message"),
        pytest.param(BHS + ONE + b"MSH|see above\r" + TWO + b"BTS|2\r", [2], id="nor is it in a batch"),
        pytest.param(
            ONE + TWO.replace(b"^~\\&", b"^^~&"), [2], id="delimiters that cannot be are seen as a message"
        ),
        pytest.param(ONE + TWO.replace(b"|^~\\&|", b"#_#"), [2], id="any delimiters"),
        pytest.param(ONE + b"MSH|^~\\&", [2], id="a header that breaks off"),
        pytest.param(BHS + b"rubbish\r" + ONE + b"BTS|2\r", [2], id="rubbish is seen as a message"),
    ],
)
def test_a_payload_is_cut_into_batches(body, batches):
    assert shape(body) == batches
    if batches is not None:
        assert faults(body) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (BHS + ONE + b"BTS|2\r", "BTS-1: the count is not that of the messages that came: 1"),
        (BHS + ONE + TWO + b"BTS|1\r", "BTS-1: the count is not that of the messages that came: 2"),
        (BHS + ONE + b"BTS|0\r", "BTS-1: the count is not that of the messages that came: 1"),
        (BHS + ONE + b"BTS|one\r", "BTS-1: the number of messages is no number"),
        (BHS, "BHS: the batch holds no message"),
        (BHS + b"BTS|1\r", "BTS-1: the count is not that of the messages that came: 0"),
        (FHS + BHS + ONE + b"BTS|1\rFTS|2\r", "FTS-1: the count is not that of the batches that came: 1"),
        (BHS + ONE + b"BTS|1\rFHS|^~\\&\r" + BHS + TWO, "FHS: FHS stands where none is expected"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_envelope_is_said(body, fault):
    assert faults(body) == [fault]


@pytest.mark.parametrize(
    ("line", "is_false"),
    [
        (b"MSH|see above\r", True),
        (b"MSH|LAB|NORTH|||20260115||ORU^R01|A2|P|2.5.1\r", True),  # a header without MSH-2
        (b"MSH|^~\\&|LAB\r", False),
        (b"MSH and more\r", False),
        (b"MSHX|1\r", False),
    ],
)
@pytest.mark.parametrize("codec", ["latin-1", "utf-16"])
def test_a_line_that_begins_as_a_header_and_is_none_is_found(line, is_false, codec):
    assert false_start((ONE + line).decode().encode(codec)) is is_false


@pytest.mark.parametrize("trailer", [b"BTS", b"BTS|", b"BTS|1", b"BTS|01|of the night"])
def test_a_count_may_be_left_out_and_is_read_as_a_number(trailer):
    assert faults(BHS + ONE + trailer) == []


def test_an_envelope_with_delimiters_of_its_own_is_read_with_them():
    payload = read_payload(BHS.replace(b"|", b"#") + ONE + b"BTS#3#\r")
    envelope = payload.batches[0].envelope
    assert (envelope.value(3), envelope.value(11), len(envelope.faults)) == ("LAB", "B1", 1)


@given(st.lists(st.sampled_from([ONE, TWO, BHS, FHS, b"BTS|1\r", b"FTS|1\r", b"junk\r"]), min_size=2))
def test_no_message_of_any_payload_is_lost(pieces):
    payload = read_payload(b"".join(pieces))
    if payload is None:  # at most one message, with nothing around it
        assert sum(piece in (ONE, TWO) for piece in pieces) <= 1
        assert {*pieces} <= {ONE, TWO, b"junk\r"}
        return
    kept = b"".join(payload.messages)
    assert [kept.count(each) for each in (ONE, TWO)] == [pieces.count(each) for each in (ONE, TWO)]
    assert kept.count(b"junk") == pieces.count(b"junk\r")


@given(st.binary(max_size=300))
def test_any_bytes_are_cut_without_an_error(body):
    read_payload(BHS + body + b"\r" + ONE + b"BTS|9")
    read_payload(body)
