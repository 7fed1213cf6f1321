"""What an acknowledgement says of a charge."""

import pytest

from service.domain.answers import SAFE_ACTIONS, Behaviour, Outcome
from service.domain.errors import PostingRefused, PostingUnavailable, PostingUncertain
from service.hl7 import Acknowledgement
from service.posting.dft_over_mllp import judge


def ack(code, control_id="M1", errors=()):
    return Acknowledgement(
        code=code, control_id=control_id, text="TESTPERSON is unknown", error_codes=errors, message_type="ACK"
    )


@pytest.mark.parametrize("code", ["AA", "CA"])
def test_accepted(code):
    receipt = judge(ack(code), "M1", b"bytes", SAFE_ACTIONS)
    assert (receipt.note, receipt.awaits_verdict) == (code, False)


@pytest.mark.parametrize(
    ("behaviour", "outcome", "code", "expected"),
    [
        (Behaviour.AE, Outcome.RETRY, "AE", PostingUnavailable),
        (Behaviour.AR, Outcome.UNKNOWN, "AR", PostingUncertain),
        (Behaviour.AA, Outcome.UNKNOWN, "AA", PostingUncertain),
        (Behaviour.NOT_NOW, Outcome.REFUSED, "CE", PostingRefused),
    ],
)
def test_what_follows_from_an_answer_is_the_receivers_own_table(behaviour, outcome, code, expected):
    errors = ("207",) if behaviour is Behaviour.NOT_NOW else ()
    with pytest.raises(expected):
        judge(ack(code, errors=errors), "M1", b"bytes", {**SAFE_ACTIONS, behaviour: outcome})


def test_who_is_told_the_verdict_later_waits_for_it():
    receipt = judge(ack("CA"), "M1", b"bytes", {**SAFE_ACTIONS, Behaviour.CA: Outcome.AWAIT})
    assert receipt.awaits_verdict


@pytest.mark.parametrize(
    ("acknowledgement", "outcome"),
    [
        (ack("AA", "M2"), PostingUncertain),
        (ack("AR", "M2"), PostingUncertain),
        (ack("AA", ""), PostingUncertain),
        (ack("XX"), PostingUncertain),
        (ack(""), PostingUncertain),
        (ack("AE"), PostingRefused),
        (ack("AR", errors=("204",)), PostingRefused),
        (ack("CE", errors=("101",)), PostingRefused),
        (ack("AR", errors=("207",)), PostingRefused),
        (ack("AE", errors=("207",)), PostingUnavailable),
        (ack("AE", errors=("101", "206")), PostingUnavailable),
    ],
    ids=str,
)
def test_everything_else_is_sorted_by_what_the_next_step_is(acknowledgement, outcome):
    with pytest.raises(outcome) as raised:
        judge(acknowledgement, "M1", b"bytes", SAFE_ACTIONS)
    assert "TESTPERSON" not in str(raised.value), "billing's words may quote the patient"
