"""Posting against a billing system that behaves well, and one that does not."""

import pytest

from service.commands.sink import Mode, Sink
from service.domain.answers import SAFE_ACTIONS, Behaviour, Outcome, Patience
from service.domain.charge import Parcel, PostingState
from service.domain.layout import Layout
from service.mllp import Connection
from service.pipeline import decide
from service.pipeline.decide import Reviewer
from service.pipeline.post import post
from service.posting.dft_over_mllp import DftOverMllp
from tests.integration.pipeline.billing import SILENCE, way_to
from tests.integration.pipeline.conftest import a_line


@pytest.fixture
def sink():
    """A billing system; its mode may be changed while it runs."""
    with Sink() as playing:
        yield playing


@pytest.fixture
def billing(sink):
    """The way to it."""
    destination = DftOverMllp(
        [Connection("127.0.0.1", sink.port, answer_timeout=SILENCE)],
        Layout(("CC", "MAIN"), ("BILLING", "MAIN")),
    )
    yield destination
    destination.close()


@pytest.fixture
def approved(database, put, coder):
    """An approved line, its posting due."""
    (line,) = put(a_line())
    with database.transaction() as store:
        decide.approve(store, Reviewer(coder, line.id, 1), "billing")
    return line


def posting_of(database, line):
    with database.transaction() as store:
        (charge,) = store.charges.of_candidate(line.id)
        (posting,) = store.postings.of_charge(charge.key)
    return posting


OUTCOMES = [
    (Mode.AA, PostingState.POSTED),
    (Mode.AE, PostingState.REFUSED),
    (Mode.AR, PostingState.REFUSED),
    (Mode.SILENT, PostingState.UNKNOWN),
    (Mode.CUT_BEFORE, PostingState.UNKNOWN),
    (Mode.CUT_AFTER, PostingState.UNKNOWN),
    (Mode.GARBAGE, PostingState.UNKNOWN),
    (Mode.WRONG_ID, PostingState.UNKNOWN),
    (Mode.TWO_ACKS, PostingState.UNKNOWN),
]


@pytest.mark.parametrize(("mode", "state"), OUTCOMES, ids=[str(mode) for mode, _ in OUTCOMES])
def test_each_behaviour_of_billing_has_its_outcome(database, approved, sink, billing, mode, state):
    sink.mode = mode
    assert post(database, {"billing": billing}, lease=60) == 1
    posting = posting_of(database, approved)
    assert posting.state is state, posting.note
    assert (posting.answer is not None) == (mode in (Mode.AA, Mode.AE, Mode.AR, Mode.WRONG_ID))
    assert post(database, {"billing": billing}, lease=60) == 0, "nothing is sent again by itself"


SILENCES = [(mode, Behaviour.NO_ANSWER) for mode in (Mode.SILENT, Mode.CUT_BEFORE, Mode.CUT_AFTER)] + [
    (Mode.GARBAGE, Behaviour.GARBAGE),
    (Mode.WRONG_ID, Behaviour.OTHER_MESSAGE),
    (Mode.TWO_ACKS, Behaviour.SEVERAL_ANSWERS),
]


@pytest.mark.parametrize(("mode", "behaviour"), SILENCES, ids=[str(mode) for mode, _ in SILENCES])
def test_where_repeats_are_recognised_the_same_bytes_are_sent_until_they_are_answered(
    database, approved, clock, mode, behaviour
):
    with Sink(dedupe=True, mode=mode) as sink:
        way = way_to(sink.port, actions={**SAFE_ACTIONS, behaviour: Outcome.RETRY}, timeout=SILENCE)
        post(database, {"billing": way}, lease=60)
        first = posting_of(database, approved)
        assert first.state is PostingState.PENDING, first.note
        sink.mode = Mode.AA
        clock.now += 600
        post(database, {"billing": way}, lease=60)
        way.close()
        assert len(sink.charges) == 1, "it arrived twice, and was booked once"
    second = posting_of(database, approved)
    assert (second.state, second.body, second.control_id) == (
        PostingState.POSTED,
        first.body,
        first.control_id,
    )


@pytest.mark.parametrize("refusal", [Mode.AE, Mode.AR])
def test_a_repeat_that_is_refused_says_nothing_of_what_came_before_it(database, approved, clock, refusal):
    """Some receivers refuse a repeat just because they have it: that it is not there, nobody has said."""
    with Sink(dedupe=True, mode=Mode.SILENT) as sink:
        actions = {**SAFE_ACTIONS, Behaviour.NO_ANSWER: Outcome.RETRY}
        way = way_to(sink.port, actions=actions, timeout=SILENCE)
        post(database, {"billing": way}, lease=60)
        sink.mode = refusal
        clock.now += 600
        post(database, {"billing": way}, lease=60)
        way.close()
        assert len(sink.charges) == 1
    held = posting_of(database, approved)
    assert (held.state, "an earlier attempt may have arrived" in held.note) == (PostingState.UNKNOWN, True)


def test_where_repeats_are_recognised_patience_ends_all_the_same(database, approved, sink, clock):
    sink.mode = Mode.SILENT
    actions = {**SAFE_ACTIONS, Behaviour.NO_ANSWER: Outcome.RETRY}
    way = way_to(sink.port, actions=actions, patience=Patience(repeats=2, open_after=9), timeout=0.1)
    for _ in range(2):
        post(database, {"billing": way}, lease=60)
        clock.now += 600
    way.close()
    assert posting_of(database, approved).state is PostingState.UNKNOWN


def test_billing_that_is_away_is_tried_again_with_the_same_bytes(database, approved, sink, billing, clock):
    sink.stop()
    post(database, {"billing": billing}, lease=60)
    first = posting_of(database, approved)
    assert (first.state, first.attempts) == (PostingState.PENDING, 1)
    assert post(database, {"billing": billing}, lease=60) == 0, "not at once"

    with Sink(port=sink.port) as returned:
        clock.now += 600
        assert post(database, {"billing": billing}, lease=60) == 1
        assert returned.messages == [first.body]
    assert posting_of(database, approved).state is PostingState.POSTED


@pytest.mark.parametrize("fixed", [True, False], ids=["after its bytes were fixed", "before"])
def test_a_posting_whose_worker_died_waits_for_a_person_if_bytes_may_have_left(
    database, approved, billing, clock, sink, fixed
):
    with database.transaction() as store:
        claimed = store.postings.claim(["billing"], 60)
        if fixed:
            store.postings.fix(claimed, Parcel(claimed.control_id, b"DFT"))
    clock.now += 61
    assert post(database, {"billing": billing}, lease=60) == 0
    assert posting_of(database, approved).state is (PostingState.UNKNOWN if fixed else PostingState.PENDING)
    clock.now += 61
    assert post(database, {"billing": billing}, lease=60) == (0 if fixed else 1)
    assert posting_of(database, approved).state is (PostingState.UNKNOWN if fixed else PostingState.POSTED)
    assert len(sink.messages) == (0 if fixed else 1)


@pytest.mark.parametrize("uncertain", [False, True], ids=["it never had it", "it may hold it"])
def test_bytes_for_one_kind_of_receiver_are_not_sent_to_another(database, approved, billing, sink, uncertain):
    """Between approval and sending the setting went from a FHIR server to HL7."""
    with database.transaction() as store:
        claimed = store.postings.claim(["billing"], 60)
        store.postings.fix(claimed, Parcel(claimed.control_id, b'{"resourceType":"ChargeItem"}'))
        store.postings.record(claimed, PostingState.PENDING, "away", uncertain=uncertain)
    assert post(database, {"billing": billing}, lease=60) == 1
    expected = (PostingState.UNKNOWN, 0) if uncertain else (PostingState.POSTED, 1)
    assert (posting_of(database, approved).state, len(sink.messages)) == expected


def test_without_a_destination_the_posting_waits(database, approved):
    assert post(database, {}, lease=60) == 0
    assert posting_of(database, approved).state is PostingState.PENDING
