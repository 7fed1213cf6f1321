"""Approval without a person: only what people proved, only plain lines, never the sample."""

from dataclasses import replace

import pytest

from service.domain.auto_approval import AutoApproval
from service.domain.errors import WrongState
from service.domain.second_review import SecondReview
from service.pipeline import decide, handling
from service.pipeline.auto_approve import AutoApprover, is_sampled, simulate
from service.pipeline.reviewing import Reviewer
from service.pipeline.undo import undo
from service.store.users import User
from tests.integration.pipeline.conftest import CONTEXT, a_line

# Without a sample: which lines it takes is drawn by lot, and ids are new each time.
RULE = AutoApproval("pain", "digest", (("neuraxial-injection", 8),), 4, 0.75, 30, 0.0, 24.0)
NO_SECOND = SecondReview()
HOURS, DAYS = 3600.0, 86_400.0


@pytest.fixture
def approver(database):
    """The rule, enabled."""
    with database.transaction() as store:
        store.auto_approvals.enable(RULE, by="ana")
    return AutoApprover(database, RULE, (), "billing", 0.0, NO_SECOND)


@pytest.fixture
def line(database):
    """Put a plain line of a procedure, and mostly of a patient, of its own into the queue; gives it."""
    numbers = iter(range(1, 1000))

    def put(facility="main", patient="", content=None, **more):
        number = next(numbers)
        said = {"context": {**CONTEXT, "patient_id": patient or f"MRN{number}"}, **(content or {})}
        with database.transaction() as store:
            ids, _ = store.procedures.lock([(facility, f"procedure-{number}")])
            (procedure_id,) = ids.values()
            made = a_line(table="neuraxial-injection", content=said, **more)
            store.candidates.add(facility, [(procedure_id, made)])
            (stored,) = store.candidates.of_procedures([procedure_id])
            return stored

    return put


@pytest.fixture
def decided(database, line):
    """Lines that people decided: approved, changed and approved, or rejected."""

    def make(*steps, facility="main"):
        for step in steps:
            found = line(facility=facility)
            user = User("carla", frozenset({"coder"}), facility)
            with database.transaction() as store:
                reviewer = Reviewer(user, found.id, found.version)
                if step == "reject":
                    decide.reject(store, reviewer, "no")
                    continue
                if step == "change":
                    changed = decide.change(store, reviewer, {"units": 2}, "two")
                    reviewer = replace(reviewer, version=changed.version)
                decide.approve(store, reviewer, "billing")

    return make


@pytest.fixture
def run(approver, clock):
    """Run the rule after some hours; gives who approved each approved line."""

    def after(hours=25.0):
        clock.now += hours * HOURS
        approver._next = 0.0  # noqa: SLF001  as if a minute had passed
        return approver.run()

    return after


def approved_by(database, found):
    with database.look() as store:
        return [charge.approved_by for charge in store.charges.of_candidate(found.id)]


def test_a_proven_row_approves_a_plain_line_under_a_name_of_its_own(run, decided, line, database):
    decided(*["approve"] * 4)
    found = line()
    assert run() == 1
    assert approved_by(database, found) == ["auto:pain"]
    assert run() == 0


@pytest.mark.parametrize("history", [["approve"] * 3, ["approve", "approve", "change", "reject"], []])
def test_a_row_that_is_not_proven_is_left_to_people(run, decided, line, history):
    decided(*history)
    line()
    assert run() == 0


def test_what_another_order_has_charged_is_left_to_people(run, decided, line):
    decided(*["approve"] * 4)
    line(patient="twice")
    assert run() == 1
    line(patient="twice")
    assert run() == 0


def test_what_the_rule_itself_approved_proves_nothing(run, decided, line):
    decided(*["approve"] * 4)
    for _ in range(5):
        line()
    assert run() == 5
    line()
    assert run(hours=31 * 24) == 0, "people's decisions are too old by now"


def test_decisions_of_another_facility_or_version_of_the_table_prove_nothing(run, decided, line):
    decided(*["approve"] * 4, facility="elsewhere")
    line()
    assert run() == 0
    decided(*["approve"] * 4)
    line(table_hash="another")
    assert run() == 1


@pytest.mark.parametrize(
    "more",
    [
        {"row": 7},
        {"code": ""},
        {"content": {"questions": [{"element": "x", "between": [], "blocking": False}]}},
        {"content": {"stated": [{"code": "62326"}]}},
        {
            "service_date": "2027-01-22"
        },  # it is the 15th, and stays so while what may still come is waited for
    ],
    ids=["another row", "no code", "a question", "the sender states another code", "a day to come"],
)
def test_what_is_not_plain_is_left_to_people(run, decided, line, more):
    decided(*["approve"] * 4)
    line(**more)
    assert run() == 0


def changed(store, reviewer):
    decide.change(store, reviewer, {"units": 9}, "thinking")


def rejected_and_undone(store, reviewer):
    rejected = decide.reject(store, reviewer, "no")
    undo(store, replace(reviewer, version=rejected.version))


@pytest.mark.parametrize("step", [changed, rejected_and_undone])
def test_what_a_person_has_touched_is_left_to_people(run, decided, line, database, step):
    decided(*["approve"] * 4)
    found = line()
    with database.transaction() as store:
        step(store, Reviewer(User("carla", frozenset({"coder"}), "main"), found.id, found.version))
    assert run() == 0


def test_an_approval_of_its_own_that_a_person_took_back_is_not_given_again(run, decided, line, database):
    decided(*["approve"] * 4)
    found = line()
    assert run() == 1
    with database.transaction() as store:
        approved = store.candidates.get(found.id, "main")
        undo(store, Reviewer(User("carla", frozenset({"coder"}), "main"), found.id, approved.version))
    assert run() == 0


def test_documentation_may_still_come_for_a_while(run, decided, line):
    decided(*["approve"] * 4)
    line()
    assert run(hours=23) == 0
    assert run(hours=2) == 1


def test_who_works_on_a_line_keeps_it(run, decided, line, database, clock):
    decided(*["approve"] * 4)
    found = line()
    clock.now += 25 * HOURS
    with database.transaction() as store:
        handling.claim(store, Reviewer(User("carla", frozenset({"coder"}), "main"), found.id, found.version))
    assert run(hours=0) == 0


def test_a_sample_goes_to_people_and_stays_the_same_one(decided, line, database, clock):
    rule = replace(RULE, sample=0.5)
    with database.transaction() as store:
        store.auto_approvals.enable(rule, by="ana")
    approver = AutoApprover(database, rule, (), "billing", 0.0, NO_SECOND)
    decided(*["approve"] * 4)
    lines = [line() for _ in range(40)]
    clock.now += 25 * HOURS
    approver.run()
    approver._next = 0.0  # noqa: SLF001
    approver.run()
    with database.look() as store:
        sampled = {each.id for each in lines if is_sampled(store, rule, each.id)}
    left = {each.id for each in lines if not approved_by(database, each)}
    assert left == sampled
    assert 5 < len(sampled) < 35


def test_lines_that_two_people_must_see_are_left_to_people(approver, run, decided, line):
    decided(*["approve"] * 4)
    code = line().code
    approver.second = SecondReview(codes=frozenset({code}))
    assert run() == 0
    approver.second = SecondReview(codes=frozenset({"another"}))
    assert run() == 1


def test_nothing_is_approved_before_this_version_of_the_rule_is_enabled(decided, line, database, clock):
    decided(*["approve"] * 4)
    line()
    clock.now += 25 * HOURS
    assert AutoApprover(database, RULE, (), "billing", 0.0, NO_SECOND).run() == 0
    with database.transaction() as store:
        store.auto_approvals.enable(RULE, by="ana")
    changed = replace(RULE, digest="changed")
    assert AutoApprover(database, changed, (), "billing", 0.0, NO_SECOND).run() == 0
    with database.transaction() as store:
        store.auto_approvals.disable(RULE, by="ana")
    assert AutoApprover(database, RULE, (), "billing", 0.0, NO_SECOND).run() == 0
    with database.transaction() as store, pytest.raises(WrongState):
        store.auto_approvals.disable(RULE, by="ana")


def test_a_simulation_says_what_would_have_gone_against_people(decided, line, database):
    decided("approve", "approve", "approve", "change", "reject")
    line()
    with database.look() as store:
        (found,) = simulate(store, RULE)
    assert (found.shown.decided, found.shown.accepted, found.proven) == (5, 3, False)
    assert (found.approved, found.against) == (5, 2)
