"""Charges of one message of which different things become: none leaves again with one that billing has."""

import pytest

from service.domain.answers import SAFE_ACTIONS, Behaviour, Outcome
from service.domain.charge import PostingState
from service.hl7 import Message, decode
from service.pipeline import decide
from service.pipeline.post import post
from service.store.users import User
from tests.integration.pipeline.billing import (
    ack_of,
    approve_lines,
    dft,
    framed,
    postings_of,
    receiver,
    states_of,
    way_to,
)

LEAD = User("lea", frozenset({"lead"}), "main")
POSTED, UNKNOWN = PostingState.POSTED, PostingState.UNKNOWN
REPEATS = {**SAFE_ACTIONS, Behaviour.GARBAGE: Outcome.RETRY}


class Billing:
    """Takes every message, and says what is no answer until it is told to say AA."""

    def __init__(self):
        self.told = []  # the keys of each message
        self.answers = False

    def __call__(self, body):
        self.told.append([line.component(2, 1) for line in Message.parse(decode(body).text).of("FT1")])
        return framed(ack_of(body) if self.answers else b"no answer")


@pytest.fixture
def billing():
    return Billing()


@pytest.fixture
def send(database, billing):
    """Post what is due, a message a visit."""
    with receiver(billing) as port:
        ways = []

        def send_due(**how):
            ways.append(way_to(port, per_visit=True, **how))
            while post(database, {"billing": ways[-1]}, lease=60):
                pass

        yield send_due
        for way in ways:
            way.close()


def settle(database, posting, state, reason="looked"):
    with database.transaction() as store:
        decide.settle(store, LEAD, posting.id, state, reason)


def test_what_a_lead_sends_again_leaves_without_what_billing_told_of(
    database, put, coder, send, billing, hear
):
    keys = approve_lines(database, put, coder, {}, {})
    send()
    assert (billing.told, states_of(database, keys)) == ([keys], [UNKNOWN, UNKNOWN])
    hear(dft(keys[0]), "DFT^P03")
    assert states_of(database, keys) == [POSTED, UNKNOWN]
    settle(database, postings_of(database, keys)[1], PostingState.PENDING)
    billing.answers = True
    send()
    assert (billing.told, states_of(database, keys)) == ([keys, [keys[1]]], [POSTED, POSTED])
    first, second = postings_of(database, keys)
    assert first.control_id != second.control_id, "another message"


def test_what_waits_to_be_sent_again_leaves_without_what_billing_told_of(
    database, put, coder, send, billing, hear
):
    keys = approve_lines(database, put, coder, {}, {}, {})
    send()
    settle(database, postings_of(database, keys)[0], PostingState.PENDING)
    hear(dft(keys[1]), "DFT^P03")
    billing.answers = True
    send()
    assert billing.told == [keys, [keys[0]], [keys[2]]]
    assert states_of(database, keys) == [POSTED] * 3


def test_what_billing_may_hold_is_not_sent_in_another_message_by_itself(
    database, put, coder, send, billing, hear, clock
):
    """A repeat is recognised by MSH-10: under another it would be a second charge."""
    keys = approve_lines(database, put, coder, {}, {})
    send(actions=REPEATS)
    hear(dft(keys[0]), "DFT^P03")
    clock.now += 3600
    send(actions=REPEATS)
    assert (billing.told, states_of(database, keys)) == ([keys], [POSTED, UNKNOWN])


def test_a_message_whose_charges_all_wait_is_sent_again_as_it_was(database, put, coder, send, billing):
    keys = approve_lines(database, put, coder, {}, {})
    send()
    settle(database, postings_of(database, keys)[1], PostingState.PENDING)
    billing.answers = True
    send()
    assert (billing.told, states_of(database, keys)) == ([keys, keys], [POSTED, POSTED])


def test_what_billing_tells_of_before_it_is_made_anew_is_shown_to_a_person(
    database, put, coder, send, billing, hear
):
    keys = approve_lines(database, put, coder, {}, {})
    send()
    settle(database, postings_of(database, keys)[0], PostingState.PENDING)
    with database.transaction() as store:
        assert store.postings.cancel(keys[0], by="coder"), "the other is to be made anew"
    hear(dft(keys[1]), "DFT^P03")
    found = postings_of(database, keys)[1]
    assert (found.state, found.note) == (UNKNOWN, "billing tells of it, before it was sent")
    send()
    assert billing.told == [keys]
