"""What people decide, on real databases: who is first wins, and money leaves once."""

from functools import partial

import pytest

from service.domain.charge import CandidateStatus, ChargeKind, Parcel, PostingState
from service.domain.errors import IncompleteCharge, NotFound, StaleVersion, WrongState
from service.domain.review import FIRST_BY
from service.domain.second_review import SecondReview
from service.pipeline import decide, handling
from service.pipeline.by_hand import split
from service.pipeline.reviewing import CLAIM_SECONDS, Reviewer
from service.store.users import User
from tests.integration.pipeline.conftest import CONTEXT, a_line


@pytest.fixture
def do(database, coder):
    """Do a step as a coder on a line at the version it was read."""

    def step(action, line, *arguments, user=coder, version=None):
        reviewer = Reviewer(user, line.id, version or line.version)
        with database.transaction() as store:
            return action(store, reviewer, *arguments)

    return step


def charges_of(database, line):
    with database.transaction() as store:
        return store.charges.of_candidate(line.id)


def postings_of(database, line):
    with database.transaction() as store:
        charges = store.charges.of_candidate(line.id)
        return [posting for charge in charges for posting in store.postings.of_charge(charge.key)]


def bring_posting_to(database, line, state):
    """Let the posting of an approved line end in a state, as the worker would."""
    with database.transaction() as store:
        posting = store.postings.claim(["billing"], 60)
        store.postings.fix(posting, Parcel(posting.control_id, b"DFT"))
        store.postings.record(posting, state, "test")
    (posting,) = postings_of(database, line)
    assert posting.state is state


def test_an_approval_makes_one_charge_and_commits_to_post_it(database, put, do):
    (line,) = put(a_line(modifiers=("59", "GC")))
    approved = do(decide.approve, line, "billing")
    (charge,) = charges_of(database, line)
    (posting,) = postings_of(database, line)
    assert approved.status is CandidateStatus.APPROVED
    assert (charge.code.value, charge.units, charge.approved_by) == ("62327", 1, "carla")
    assert [modifier.value for modifier in charge.modifiers] == ["59", "GC"]
    assert [diagnosis.value for diagnosis in charge.diagnoses] == ["M54.16"]
    assert (posting.state, posting.charge_key) == (PostingState.PENDING, charge.key)


def test_the_second_of_two_who_read_the_same_version_must_read_again(put, do):
    (line,) = put(a_line())
    do(decide.approve, line, "billing")
    with pytest.raises(StaleVersion):
        do(decide.reject, line, "no")


def test_nothing_more_can_be_done_with_a_decided_line(put, do):
    (line,) = put(a_line())
    rejected = do(decide.reject, line, "not done")
    with pytest.raises(WrongState):
        do(decide.approve, rejected, "billing")


def test_a_claimed_line_is_its_claimers_until_the_lease_ends(put, do, clock):
    (line,) = put(a_line())
    claimed = do(handling.claim, line)
    other = User("otto", frozenset({"coder"}), "main")
    with pytest.raises(WrongState, match="carla is working on it"):
        do(decide.approve, claimed, "billing", user=other)
    clock.now += CLAIM_SECONDS + 1
    assert do(decide.approve, claimed, "billing", user=other).status is CandidateStatus.APPROVED


def test_a_line_of_another_facility_does_not_exist(put, do):
    (line,) = put(a_line())
    stranger = User("sam", frozenset({"coder"}), "south")
    with pytest.raises(NotFound):
        do(decide.approve, line, "billing", user=stranger)


def test_a_line_with_an_open_question_has_no_code_to_approve(put, do):
    (line,) = put(a_line(code=""))
    with pytest.raises(WrongState):
        do(decide.approve, line, "billing")


@pytest.mark.parametrize("missing", ["patient_id", "visit_number"])
def test_what_billing_must_have_and_is_not_documented_stops_the_approval(database, put, do, missing):
    (line,) = put(a_line(content={"context": {**CONTEXT, missing: ""}}))
    with pytest.raises(IncompleteCharge):
        do(decide.approve, line, "billing")
    assert charges_of(database, line) == []
    changed = do(decide.change, line, {"context": {missing: "ADDED-BY-HAND"}}, "asked the ward")
    assert do(decide.approve, changed, "billing").status is CandidateStatus.APPROVED


def test_a_change_answers_an_open_question_by_hand_and_is_on_record(database, put, do):
    (line,) = put(a_line(code=""))
    changed = do(decide.change, line, {"code": "62326", "modifiers": ["59"]}, "surgeon called")
    assert (changed.code, changed.status, changed.origin) == ("62326", "proposed", "coder")
    with database.transaction() as store:
        (decision,) = store.candidates.decisions(changed)
    assert decision["reason"] == "surgeon called"
    assert decision["before"]["code"] == ""


def test_a_correction_of_a_charge_that_was_not_sent_cancels_it(database, put, do):
    (first,) = put(a_line())
    do(decide.approve, first, "billing")
    (correction,) = put(a_line(code="62323", corrects=first.id))
    do(decide.approve, correction, "billing")
    assert [posting.state for posting in postings_of(database, first)] == [PostingState.CANCELLED]
    assert [charge.kind for charge in charges_of(database, correction)] == [ChargeKind.CHARGE]


def test_a_correction_of_a_posted_charge_credits_it_and_charges_anew(database, put, do):
    (first,) = put(a_line())
    do(decide.approve, first, "billing")
    bring_posting_to(database, first, PostingState.POSTED)
    (original,) = charges_of(database, first)

    (correction,) = put(a_line(code="62323", corrects=first.id))
    do(decide.approve, correction, "billing")
    credit, charge = sorted(charges_of(database, correction), key=lambda each: each.kind)
    assert (credit.kind, credit.reverses, credit.code.value) == ("CD", original.key, "62327")
    assert (charge.kind, charge.code.value) == ("CG", "62323")
    assert len(postings_of(database, correction)) == 2


def test_a_correction_waits_while_nobody_knows_what_billing_holds(database, put, do):
    (first,) = put(a_line())
    do(decide.approve, first, "billing")
    bring_posting_to(database, first, PostingState.UNKNOWN)
    (correction,) = put(a_line(code="62323", corrects=first.id))
    with pytest.raises(WrongState, match="settle that first"):
        do(decide.approve, correction, "billing")


def test_a_refused_charge_needs_no_credit(database, put, do):
    (first,) = put(a_line())
    do(decide.approve, first, "billing")
    bring_posting_to(database, first, PostingState.REFUSED)
    (correction,) = put(a_line(code="62323", corrects=first.id))
    do(decide.approve, correction, "billing")
    assert [charge.kind for charge in charges_of(database, correction)] == [ChargeKind.CHARGE]


@pytest.mark.parametrize(
    ("state", "settled", "allowed"),
    [
        (PostingState.UNKNOWN, PostingState.POSTED, True),
        (PostingState.UNKNOWN, PostingState.PENDING, True),
        (PostingState.REFUSED, PostingState.PENDING, True),
        (PostingState.REFUSED, PostingState.POSTED, True),  # entered there by hand
        (PostingState.REFUSED, PostingState.REFUSED, False),
        (PostingState.PENDING, PostingState.POSTED, False),
        (PostingState.SENDING, PostingState.POSTED, False),
        (PostingState.POSTED, PostingState.PENDING, False),
    ],
)
def test_a_lead_settles_only_what_needs_a_person(database, put, do, state, settled, allowed):
    (line,) = put(a_line())
    do(decide.approve, line, "billing")
    bring_posting_to(database, line, state)
    (posting,) = postings_of(database, line)
    lead = User("lee", frozenset({"lead"}), "main")

    def settle():
        with database.transaction() as store:
            decide.settle(store, lead, posting.id, settled, "asked billing")

    if allowed:
        settle()
        assert postings_of(database, line)[0].state is settled
    else:
        with pytest.raises(WrongState):
            settle()


def test_a_credit_cannot_be_changed_as_it_says_what_the_charge_said(put, do):
    (first,) = put(a_line(units=3))
    do(decide.approve, first, "billing")
    (credit,) = put(a_line("credit", kind=ChargeKind.CREDIT, corrects=first.id))
    with pytest.raises(WrongState, match="as it was charged"):
        do(decide.change, credit, {"units": 1}, "only one")


def test_what_is_split_after_a_first_approval_was_approved_by_nobody(put, do):
    (line,) = put(a_line(units=2))
    first = do(partial(decide.approve, second=SecondReview(1.0)), line, "billing")
    assert first.status is CandidateStatus.SECOND_REVIEW
    kept, _ = do(split, first, [{"units": 1, "code": "99999"}, {"units": 1}], "two places")
    assert (kept.status, FIRST_BY in kept.content) == (CandidateStatus.PROPOSED, False)
