"""Which charges leave when: in order within an account, side by side across accounts, a visit's together."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import text

from service.commands.sink import Mode, Sink
from service.domain.answers import Patience
from service.domain.charge import ChargeKind, PostingState
from service.domain.errors import Collision
from service.hl7 import Message, decode
from service.pipeline import decide
from service.pipeline.post import post, post_side_by_side
from service.pipeline.reviewing import Reviewer
from service.pipeline.undo import undo
from tests.integration.pipeline.billing import (
    SILENCE,
    ack_of,
    approve_lines,
    framed,
    postings_of,
    receiver,
    states_of,
    way_to,
)
from tests.integration.pipeline.conftest import CONTEXT, a_line

PENDING, POSTED, REFUSED, UNKNOWN = (
    PostingState.PENDING,
    PostingState.POSTED,
    PostingState.REFUSED,
    PostingState.UNKNOWN,
)
_NOT_NOW = "ERR|||207|E\r"


@pytest.fixture
def sink():
    """A billing system; its mode may be changed while it runs."""
    with Sink() as playing:
        yield playing


def transactions(body):
    return [line.component(2, 1) for line in Message.parse(decode(body).text).of("FT1")]


def post_all(database, way):
    while post(database, {"billing": way}, lease=60):
        pass
    way.close()


def test_a_charge_waits_for_the_one_before_it_of_its_account_and_for_no_other(database, put, coder, clock):
    keys = approve_lines(database, put, coder, {}, {}, {"account_number": "OTHER"})
    answers = {"code": "AE", "errors": _NOT_NOW}
    sent = []

    def answer(body):
        sent.append(transactions(body)[0])
        return framed(ack_of(body, **(answers if sent[-1] == keys[0] else {})))

    with receiver(answer) as port:
        way = way_to(port)
        post_all(database, way)
        assert sent == [keys[0], keys[2]]
        assert states_of(database, keys) == [PENDING, PENDING, POSTED]
        answers.clear()
        clock.now += 600
        post_all(database, way)
    assert sent == [keys[0], keys[2], keys[0], keys[1]]
    assert states_of(database, keys) == [POSTED] * 3


def test_charges_of_several_accounts_are_on_their_way_at_once(database, put, coder):
    keys = approve_lines(database, put, coder, *({"account_number": f"A{n}"} for n in range(3)))
    together = threading.Barrier(3)

    def answer(body):
        together.wait(timeout=20)  # nobody is answered before all three are asked
        return framed(ack_of(body))

    with receiver(answer) as port:
        way = way_to(port, connections=3, timeout=25)
        assert post_side_by_side(database, {"billing": way}, lease=60, seconds=10) == 3
        way.close()
    assert states_of(database, keys) == [POSTED] * 3


def test_one_account_is_never_on_two_connections(database, put, coder):
    keys = approve_lines(database, put, coder, {}, {}, {})
    sent = []

    def answer(body):
        sent.append(transactions(body)[0])
        return framed(ack_of(body))

    with receiver(answer) as port:
        way = way_to(port, connections=3)
        while post_side_by_side(database, {"billing": way}, lease=60, seconds=5):
            pass
        way.close()
    assert sent == keys


def test_the_charges_of_a_visit_leave_as_one_message_and_have_one_fate(database, put, coder, sink):
    visits = [{"account_number": "A", "visit_number": visit} for visit in ("V1", "V1", "V2", "V1")]
    keys = approve_lines(database, put, coder, *visits)
    sink.mode = Mode.SILENT
    way = way_to(sink.port, per_visit=True, timeout=SILENCE)
    post_all(database, way)
    assert [transactions(body) for body in sink.messages] == [keys[:2], keys[2:3], keys[3:]]
    assert states_of(database, keys) == [UNKNOWN] * 4

    first = postings_of(database, keys)[0]
    with database.transaction() as store:
        decide.settle(store, coder, first.id, POSTED, "seen at billing")
    assert states_of(database, keys) == [POSTED, POSTED, UNKNOWN, UNKNOWN], (
        "what is said of one holds for all"
    )


def test_a_message_of_a_visit_is_sent_again_as_it_was(database, put, coder, sink, clock):
    keys = approve_lines(database, put, coder, {}, {})
    way = way_to(sink.port, per_visit=True)
    sink.stop()
    post_all(database, way)
    (body,) = {posting.body for posting in postings_of(database, keys)}
    approve_lines(database, put, coder, {}, service_date="2027-01-11")
    with Sink(port=sink.port) as returned:
        clock.now += 600
        post_all(database, way)
        assert returned.messages[0] == body
        assert len(returned.messages) == 2
    assert states_of(database, keys) == [POSTED] * 2


def test_a_correction_that_is_taken_back_sends_each_charge_of_the_message_once(
    database, put, coder, clock, sink
):
    keys = approve_lines(database, put, coder, {}, {})
    sink.stop()
    way = way_to(sink.port, per_visit=True)
    post_all(database, way)
    corrects = charged_by(database, keys[0])
    (correction,) = put(a_line("correction", "J9999", corrects=corrects, content={"context": CONTEXT}))
    with database.transaction() as store:
        approved = decide.approve(store, Reviewer(coder, correction.id, 1), "billing", hold=10.0)
    with database.transaction() as store:
        undo(store, Reviewer(coder, correction.id, approved.version))
    with Sink(port=sink.port) as returned:
        clock.now += 900
        post_all(database, way)
        assert sorted(key for body in returned.messages for key in transactions(body)) == sorted(keys)


def charged_by(database, key):
    """The line that a charge was made of."""
    with database.look() as store:
        query = text("SELECT candidate_id FROM charge WHERE key = :key")
        return store.transaction.connection.scalar(query, {"key": key})


def test_what_was_refused_leaves_by_the_mended_file_in_a_message_of_a_new_number(database, put, coder):
    keys = approve_lines(database, put, coder, {}, {})
    with Sink(dedupe=True, mode=Mode.AR) as refusing:
        post_all(database, way_to(refusing.port, per_visit=True))
        assert states_of(database, keys) == [REFUSED] * 2
        found = postings_of(database, keys)[0]
        with database.transaction() as store:
            decide.settle(store, coder, found.id, PENDING, "the file is mended")
        refusing.mode = Mode.AA
        post_all(database, way_to(refusing.port, per_visit=True, receiving=("BILLING", "NORTH")))
        first, second = (Message.parse(decode(body).text) for body in refusing.messages)
        assert [transactions(body) for body in refusing.messages] == [keys, keys]
    assert [first.get("MSH-6"), second.get("MSH-6")] == ["MAIN", "NORTH"]
    assert first.get("MSH-10") != second.get("MSH-10"), "who knows numbers again would refuse it as before"
    assert states_of(database, keys) == [POSTED] * 2


def test_what_cannot_be_built_does_not_hold_up_its_neighbours(database, put, coder, sink):
    keys = approve_lines(database, put, coder, {}, {"order_number": "broken\x0bnumber"}, {})
    post_all(database, way_to(sink.port, per_visit=True))
    assert states_of(database, keys) == [POSTED, REFUSED, POSTED]
    assert sorted(key for body in sink.messages for key in transactions(body)) == sorted([keys[0], keys[2]])


def test_what_is_taken_back_is_not_sent_again_with_its_neighbours(database, put, coder, clock):
    keys = approve_lines(database, put, coder, {}, {}, {})
    answers = {"code": "AE", "errors": _NOT_NOW}
    sent = []

    def answer(body):
        sent.append(transactions(body))
        return framed(ack_of(body, **answers))

    with receiver(answer) as port:
        way = way_to(port, per_visit=True)
        post_all(database, way)
        with database.transaction() as store:
            assert store.postings.cancel(keys[1], by="coder")
        answers.clear()
        clock.now += 600
        post_all(database, way)
    assert sent[0] == keys
    assert sorted(key for keys_sent in sent[1:] for key in keys_sent) == sorted([keys[0], keys[2]])
    assert states_of(database, keys) == [POSTED, PostingState.CANCELLED, POSTED]


def test_a_receiver_that_is_away_is_not_asked_for_every_charge(database, put, coder, sink, clock):
    keys = approve_lines(database, put, coder, *({"account_number": f"A{n}"} for n in range(5)))
    sink.stop()
    way = way_to(sink.port, patience=Patience(open_after=3, first=86_000, longest=86_000))
    post_all(database, way)
    assert [posting.attempts for posting in postings_of(database, keys)] == [1, 1, 1, 0, 0]
    clock.now += 100_000
    assert post(database, {"billing": way}, lease=60) == 0, "the pause is not over"


def test_a_charge_is_taken_back_once_whoever_tries(database, put, coder):
    (key,) = approve_lines(database, put, coder, {})
    with database.transaction() as store:
        charge = store.charges.get(key, "*")
        credit = replace(charge, key="FIRSTCREDIT0", kind=ChargeKind.CREDIT, reverses=key)
        store.charges.add(credit, "line")
    with pytest.raises(Collision), database.transaction() as store:
        store.charges.add(replace(credit, key="SECONDCREDIT"), "line")
