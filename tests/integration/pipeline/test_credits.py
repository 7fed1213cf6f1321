"""Credits, attacked: of what billing does not hold, or in other words than the charge."""

import pytest

from service.commands.sink import Mode, Sink
from service.domain.charge import ChargeKind, PostingState
from service.domain.errors import WrongState
from service.domain.layout import ChargeMaster, ChargeMasterItem, Split
from service.pipeline import decide, undo
from service.pipeline.decide import Reviewer
from service.pipeline.post import post
from service.store.ledger import draw_up
from service.store.users import User
from tests.integration.pipeline.billing import ack_of, framed, receiver, way_to
from tests.integration.pipeline.conftest import a_line, approve

LEAD = User("lea", frozenset({"lead"}), "main")
POSTED, PENDING, REFUSED = PostingState.POSTED, PostingState.PENDING, PostingState.REFUSED


@pytest.fixture
def sink():
    """A billing system."""
    with Sink() as playing:
        yield playing


@pytest.fixture
def run(database, sink):
    """Post all that is due by a layout; gives the states in order of approval, and the notes."""
    ways = []

    def run_all(**layout):
        ways.append(way_to(sink.port, **layout))
        while post(database, {"billing": ways[-1]}, lease=60):
            pass
        with database.transaction() as store:
            found = store.postings.page("*", states=[state.value for state in PostingState], limit=50)
        return [(posting.state, posting.note) for posting in found]

    yield run_all
    for way in ways:
        way.close()


@pytest.fixture
def charged(database, put, coder):
    """An approved line."""
    (line,) = put(a_line())
    approve(database, coder, line)
    return line


@pytest.fixture
def taken_back(database, put, coder, charged):
    """Approve that it is taken back."""

    def approve_credit():
        (line,) = put(a_line(kind=ChargeKind.CREDIT, corrects=charged.id))
        approve(database, coder, line)

    return approve_credit


def master(amount):
    item = ChargeMasterItem("50062327", unit_amount=amount)
    return ChargeMaster({("62327", ""): (item,)})


def test_what_billing_refused_after_all_is_not_credited(database, run, taken_back, sink):
    run()
    taken_back()
    with database.transaction() as store:
        (original, _credit) = store.postings.page("*", states=["posted", "pending"], limit=2)
        store.postings.take_verdict(original, REFUSED, "billing's verdict: AE", answer=b"AE")
    (_, (state, note)) = run()
    assert (state, note) == (
        REFUSED,
        f"the charge that it takes back ({original.charge_key}) is refused now: see to that one",
    )
    assert len(sink.messages) == 1
    with database.transaction() as store:  # the lead sends the charge again, and then its credit
        for posting in store.postings.page("*", states=["refused"], limit=2):
            decide.settle(store, LEAD, posting.id, PENDING, "mended")
    assert [state for state, _ in run()] == [POSTED, POSTED]


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ({"charge_master": master(150)}, {"charge_master": master(175)}),
        ({"charge_master": master(150)}, {}),
        ({}, {"split": Split(frozenset({"62327"}))}),
        ({"split": Split(frozenset({"62327"}))}, {}),
        ({"split": Split(frozenset({"62327"}))}, {"split": Split(frozenset({"62327"}), ("26",))}),
    ],
    ids=["another price", "no charge master", "split since", "whole since", "one component since"],
)
@pytest.mark.parametrize("names", ["NTE-3", "FT1-2", "FT1-8"])
def test_a_credit_of_other_lines_or_amounts_than_were_charged_is_for_a_person(
    run, taken_back, sink, then, now, names
):
    assert [state for state, _ in run(reverses_in=names, **then)] == [POSTED]
    taken_back()
    (_, (state, note)) = run(reverses_in=names, **now)
    assert (state, "the destination's file has changed" in note) == (REFUSED, True)
    assert len(sink.messages) == 1


@pytest.mark.parametrize(
    "now",
    [{}, {"cpt": "CPT", "credit": "CR"}, {"version": "2.3.1", "reverses_in": "FT1-8"}, {"with_pr1": True}],
    ids=["as it was", "other names", "another version", "more segments"],
)
def test_a_credit_of_the_same_money_leaves_whatever_else_has_changed(run, taken_back, now):
    split = {"split": Split(frozenset({"62327"})), "charge_master": master(150)}
    run(**split)
    taken_back()
    assert [state for state, _ in run(**split, **now)] == [POSTED, POSTED]


def test_a_credit_stands_in_the_place_of_nothing_whatever_its_charge_did(database, put, coder, run, charged):
    run()
    (second,) = put(a_line(code="62323", corrects=charged.id))
    approve(database, coder, second)
    run()
    (third,) = put(a_line(code="62322", corrects=second.id))
    approve(database, coder, third)
    with database.transaction() as store:
        (replaced,) = [each.key for each in store.charges.of_candidate(second.id) if not each.reverses]
        said = {each.kind: (each.reverses, each.replaces) for each in store.charges.of_candidate(third.id)}
    assert said == {ChargeKind.CREDIT: (replaced, ""), ChargeKind.CHARGE: ("", replaced)}


def test_a_bar_takes_back_what_it_told(database, taken_back):
    with receiver(lambda body: framed(ack_of(body))) as port:
        way = {"billing": way_to(port, message="BAR^P12", reverses_in="")}
        post(database, way, lease=60)
        taken_back()
        post(database, way, lease=60)
        way["billing"].close()
    with database.transaction() as store:
        assert len(store.postings.page("*", states=["posted"], limit=3)) == 2


def refuse_the_credit(database, sink, run):
    """Billing takes the credit for wrong, and a person reads so."""
    sink.mode = Mode.AE
    states = [state for state, _ in run()]
    sink.mode = Mode.AA
    with database.transaction() as store:
        return states, store.postings.page("*", states=["refused"], limit=2)[0].id


def test_a_charge_in_the_place_of_another_waits_until_that_one_is_credited(
    database, put, coder, run, charged, sink
):
    run()
    (correction,) = put(a_line(code="62323", corrects=charged.id))
    approve(database, coder, correction)
    states, credit = refuse_the_credit(database, sink, run)
    assert states == [POSTED, REFUSED, PENDING]
    assert [state for state, _ in run()] == states, "billing would hold both"
    with database.connection() as connection:
        twice = {check.name: check.holds for check in draw_up(connection, database.keyring).checks}
    assert twice["services charged more than once"]
    with database.transaction() as store:
        assert store.postings.oldest_due(["billing"]) is None, "nothing is due: no worker is woken for it"
        decide.settle(store, LEAD, credit, POSTED, "credited in billing, by hand")
    assert [state for state, _ in run()] == [POSTED] * 3
    assert len(sink.charges) == 2


def test_so_does_whatever_takes_its_place_in_turn(database, put, coder, run, charged, sink):
    run()
    (correction,) = put(a_line(code="62323", corrects=charged.id))
    approved = approve(database, coder, correction)
    _, credit = refuse_the_credit(database, sink, run)
    (again,) = put(a_line(code="62326", corrects=approved.id))
    approve(database, coder, again)
    assert [state for state, _ in run()] == [POSTED, REFUSED, PostingState.CANCELLED, PENDING]
    with database.transaction() as store:
        decide.settle(store, LEAD, credit, PENDING, "mended")
    assert [state for state, _ in run()] == [POSTED, POSTED, PostingState.CANCELLED, POSTED]


def test_what_is_issued_again_waits_for_the_credit_of_what_was_taken_back(
    database, put, coder, run, taken_back, sink
):
    run()
    taken_back()
    _, credit = refuse_the_credit(database, sink, run)
    (again,) = put(a_line())
    approve(database, coder, again)
    assert [state for state, _ in run()] == [POSTED, REFUSED, PENDING]
    with database.transaction() as store:
        decide.settle(store, LEAD, credit, PENDING, "mended")
    assert [state for state, _ in run()] == [POSTED] * 3


def test_other_charges_of_the_account_wait_for_no_credit(database, put, coder, run, charged, sink):
    run()
    (correction,) = put(a_line(code="62323", corrects=charged.id))
    approve(database, coder, correction)
    refuse_the_credit(database, sink, run)
    (other,) = put(a_line("drug-units", "J1030"))
    approve(database, coder, other)
    assert [state for state, _ in run(per_visit=True)] == [POSTED, REFUSED, PENDING, POSTED]


def test_a_correction_that_was_corrected_itself_is_not_undone_alone(database, put, coder, run, charged):
    run()
    (correction,) = put(a_line(code="62323", corrects=charged.id))
    first = approve(database, coder, correction)
    (again,) = put(a_line(code="62326", corrects=first.id))
    approve(database, coder, again)
    with pytest.raises(WrongState, match="undo that first"), database.transaction() as store:
        undo.undo(store, Reviewer(coder, first.id, first.version))


def test_what_was_charged_again_meanwhile_is_not_let_go_by_an_undo(database, put, coder, charged):
    """A correction holds the charge back, another line charges the same, the correction is undone."""
    (correction,) = put(a_line(code="62323", corrects=charged.id))
    approved = approve(database, coder, correction)
    (other,) = put(a_line("stated:62327", "62327"))
    approve(database, coder, other)
    reviewer = Reviewer(coder, approved.id, approved.version)
    with pytest.raises(WrongState, match="charged again since"), database.transaction() as store:
        undo.undo(store, reviewer)
    with database.transaction() as store:
        standing = [str(charge.code) for _, charge in store.charges.standing(charged.procedure_id)]
    assert sorted(standing) == ["62323", "62327"], "all is as it was"


@pytest.mark.usefixtures("charged")
def test_what_fails_while_it_is_made_was_never_sent(database, sink, monkeypatch):
    def broken(*_):
        raise RuntimeError

    way = way_to(sink.port)
    monkeypatch.setattr(way, "prepare", broken)
    post(database, {"billing": way}, lease=60)
    with database.transaction() as store:
        (posting,) = store.postings.page("*", states=["refused"], limit=2)
    assert posting.note == "the service failed before anything was sent (RuntimeError)"
