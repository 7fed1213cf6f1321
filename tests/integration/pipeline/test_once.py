"""Nothing charged twice, nothing charged unseen: scenarios that a reviewer once broke the line with."""

import threading

import pytest

from service.domain.charge import ChargeKind, Parcel, PostingState
from service.domain.errors import DuplicateUnseen, LeaseLost, UnusableCharge, WrongState
from service.domain.event import Arrival, Format
from service.pipeline import decide
from service.pipeline.chart import chart
from service.pipeline.decide import Reviewer
from service.store.postings import MOST_STOPS
from service.store.users import User
from tests.integration.pipeline.conftest import GUIDED, a_line, approve, post_all, queue, report

LEAD = User("lee", frozenset({"lead"}), "*")
REMOVED = {**GUIDED, "catheter__disposition": "removed_same_day"}


def posting_of(database, line):
    with database.transaction() as store:
        charge = store.charges.of_candidate(line.id)[0]
        (posting,) = store.postings.of_charge(charge.key)
    return posting


def end_attempt(database, state, **how):
    with database.transaction() as store:
        posting = store.postings.claim(["billing"], 60)
        store.postings.fix(posting, Parcel(posting.control_id, b"DFT"))
        store.postings.record(posting, state, "test", **how)


def test_a_line_approved_while_its_procedure_is_charted_stays_approved(database, reader, take, coder):
    take(report(1, **GUIDED))
    (line,) = queue(database)
    body = report(2, "C", "20270110180000", **REMOVED)
    with database.transaction() as store:
        store.events.receive([Arrival(Format.HL7V2, "ANY|HOSP", "main", "ORU^R01", "M2", body, b"ACK")])
    charting = threading.Thread(target=chart, args=(database, reader), kwargs={"batch": 10, "lease": 60})
    with database.transaction() as store:
        decide.approve(store, Reviewer(coder, line.id, line.version), "billing")
        charting.start()
        charting.join(0.5)  # it gets as far as it can before the approval is committed
    charting.join(30)
    assert [approved.id for approved in queue(database, "approved")] == [line.id]
    assert [correction.corrects for correction in queue(database)] == [line.id]


def test_a_charge_that_may_be_in_billing_is_never_taken_for_one_that_is_not(database, put, coder):
    (first,) = put(a_line())
    approve(database, coder, first)
    end_attempt(database, PostingState.PENDING, uncertain=True)  # to be repeated: billing recognises repeats
    (correction,) = put(a_line(code="62323", corrects=first.id))
    with pytest.raises(WrongState, match="settle that first"):
        approve(database, coder, correction)


def test_a_refused_charge_that_was_corrected_cannot_be_sent_again(database, put, coder):
    (first,) = put(a_line())
    approve(database, coder, first)
    end_attempt(database, PostingState.REFUSED)
    (correction,) = put(a_line(code="62323", corrects=first.id))
    approve(database, coder, correction)
    assert posting_of(database, first).state is PostingState.CANCELLED
    posting_id = posting_of(database, first).id
    with pytest.raises(WrongState), database.transaction() as store:
        decide.settle(store, LEAD, posting_id, PostingState.PENDING, "again")


def test_the_same_service_of_a_procedure_is_charged_once_whoever_says_so(database, put, coder):
    stated, waiting = put(a_line("stated:62323", "62323"), a_line(code=""))
    approve(database, coder, stated)
    with database.transaction() as store:
        changed = decide.change(store, Reviewer(coder, waiting.id, 1), {"code": "62323"}, "as stated")
    with pytest.raises(WrongState, match="already charged"):
        approve(database, coder, changed)


def test_a_stated_code_that_was_charged_covers_the_table_that_comes_to_say_the_same(database, take, coder):
    take(department_charges(ft1("1", "", order="ORDER-1")))
    (stated,) = queue(database)
    assert (stated.code, stated.table) == ("62323", "stated")
    approve(database, coder, stated)
    take(report(2, time="20270110100000", **REMOVED))
    assert queue(database) == [], "neither a second charge nor a credit"


def test_what_the_documentation_leaves_open_is_to_be_confirmed_beside_a_stated_code(database, take):
    take(department_charges(ft1("1", "", order="ORDER-1")))
    take(report(2, time="20270110100000", catheter__disposition="removed_same_day"))  # imaging is not told of
    lines = {line.slot: line for line in queue(database)}
    (asked,) = lines["neuraxial-injection"].content["questions"]
    (to_confirm,) = lines["stated:62323"].content["questions"]
    assert (asked["element"], asked["blocking"]) == ("imaging.modality", True)
    assert to_confirm == {**asked, "blocking": False}


def test_when_an_earlier_message_can_no_longer_be_read_nothing_is_proposed(
    database, reader, take, monkeypatch
):
    take(report(1, "F", "20270110180000", **REMOVED))
    read = reader.read

    def fails_on_the_first(event):
        if event.control_id == "M1":
            raise RuntimeError
        return read(event)

    monkeypatch.setattr(reader, "read", fails_on_the_first)
    take(report(2, time="20270110090000", **GUIDED))
    (line,) = queue(database)
    assert (line.code, line.slot) == ("", "unreadable")
    assert "can no longer be read" in line.content["note"]


def test_a_worker_that_lost_its_lease_may_no_longer_say_anything(database, put, coder, clock):
    (line,) = put(a_line())
    approve(database, coder, line)
    with database.transaction() as store:
        late = store.postings.claim(["billing"], 60)
        store.postings.fix(late, Parcel(late.control_id, b"DFT"))
    clock.now += 61
    with database.transaction() as store:
        store.postings.abandon_lost()
        decide.settle(store, LEAD, late.id, PostingState.PENDING, "billing has nothing")
    with database.transaction() as store:
        store.postings.claim(["billing"], 60)
    for step in (
        lambda store: store.postings.fix(late, Parcel(late.control_id, b"OTHER")),
        lambda store: store.postings.record(late, PostingState.REFUSED, "late"),
    ):
        with pytest.raises(LeaseLost), database.transaction() as store:
            step(store)


def test_a_charge_that_stops_its_worker_whenever_it_is_made_is_for_a_person(database, put, coder, clock):
    """And what was claimed with it leaves alone, so that it is not stopped by it for ever."""
    for line in put(a_line(), a_line("drug-units", "J1030")):
        approve(database, coder, line)
    claimed = []
    for stops in range(1, MOST_STOPS + 1):
        with database.transaction() as store:
            leader = store.postings.claim(["billing"], 60)
            claimed.append([leader, *store.postings.claim_companions(leader, 60, per_visit=True)])
        clock.now += 61
        with database.transaction() as store:
            store.postings.abandon_lost()
            waits = store.postings.oldest_due(["billing"]) is None
        assert waits or stops == MOST_STOPS, "not again at once"
        clock.now += 2.0**MOST_STOPS
    assert [len(each) for each in claimed] == [2, *[1] * (MOST_STOPS - 1)]
    with database.transaction() as store:
        killer, fellow = store.postings.page("*", states=[state.value for state in PostingState], limit=3)
        assert store.postings.claim(["billing"], 60).id == fellow.id
    assert (killer.state, killer.note) == (
        PostingState.REFUSED,
        f"the service stopped {MOST_STOPS} times before anything was sent",
    )
    assert killer.control_id != fellow.control_id


def test_another_visit_after_the_approval_is_proposed_as_a_correction(database, take, coder):
    take(report(1, **GUIDED))
    approve(database, coder, queue(database)[0])
    post_all(database)
    take(report(2, time="20270110180000", **GUIDED).replace(b"|V1\r", b"|V2\r"))
    (correction,) = queue(database)
    approve(database, coder, correction)
    with database.transaction() as store:
        charges = store.charges.of_candidate(correction.id)
    visits = {charge.kind: charge.context.visit_number for charge in charges}
    assert visits == {ChargeKind.CREDIT: "V1", ChargeKind.CHARGE: "V2"}


def test_one_number_of_two_authorities_is_two_patients(database, take):
    take(report(1, **GUIDED), report(2, **GUIDED).replace(b"^^^HOSP^MR", b"^^^ELSEWHERE^MR"))
    assert len(queue(database)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"modifiers": ("5",)},
        {"content": {"diagnoses": ["nonsense"]}},
        {"service_date": "2027-13-99"},
        {"units": 0},
    ],
    ids=str,
)
def test_what_cannot_be_charged_is_refused_in_words(database, put, coder, wrong):
    (line,) = put(a_line(**wrong))
    with pytest.raises(UnusableCharge):
        approve(database, coder, line)


def department_charges(*charges):
    header = report(1).split(b"OBR|")[0].replace(b"ORU^R01", b"DFT^P03")
    return header + b"".join(charge + b"\r" for charge in charges)


def ft1(units, modifiers, number=1, order="ORDER-9"):
    text = f"FT1|{number}|T{number}||20270110||CG|X|||{units}|||||||||||||{order}||62323^^C4|{modifiers}"
    return text.encode()


def stated_lines(database, take, *charges):
    take(department_charges(*charges))
    return {(line.code, line.units, line.modifiers) for line in queue(database)}


@pytest.mark.parametrize(
    ("units", "expected"),
    [("", 1), ("1", 1), ("2.0", 2), ("3", 3), ("1.5", 0), ("-1", 0), ("0", 0), ("²", 0), ("9" * 30, 0)],
)
def test_stated_units_are_taken_whole_or_asked_about(database, take, units, expected):
    code = "62323" if expected else ""
    assert stated_lines(database, take, ft1(units, "")) == {(code, expected, ())}


def test_two_stated_lines_that_differ_in_their_modifier_are_two(database, take):
    assert stated_lines(database, take, ft1("1", "LT"), ft1("1", "RT", 2)) == {
        ("62323", 1, ("LT",)),
        ("62323", 1, ("RT",)),
    }


def in_between(database, step):
    """Begin a step while another transaction is open; gives the transaction, then how the step ended."""
    ended = []

    def run():
        try:
            with database.transaction() as store:
                step(store)
            ended.append(None)
        except (WrongState, DuplicateUnseen) as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    with database.transaction() as store:
        yield store
        thread.start()
        thread.join(0.5)  # who does not wait is through by then
    thread.join()
    yield ended[0]


def test_two_coders_charge_one_service_of_a_procedure_once(database, put, coder):
    one, two = put(a_line("one", "62327"), a_line("two", "62327"))
    steps = in_between(
        database, lambda store: decide.approve(store, Reviewer(coder, two.id, two.version), "billing")
    )
    decide.approve(next(steps), Reviewer(coder, one.id, one.version), "billing")
    assert "already charged" in str(next(steps))


def test_two_coders_who_approve_the_same_service_of_two_orders_see_each_other(database, put, coder):
    (one,), (two,) = put(a_line()), put(a_line(), procedure="procedure-2")
    second = Reviewer(coder, two.id, two.version)
    steps = in_between(database, lambda store: decide.approve(store, second, "billing", duplicates_seen=()))
    decide.approve(next(steps), Reviewer(coder, one.id, one.version), "billing", duplicates_seen=())
    assert isinstance(next(steps), DuplicateUnseen)


def test_two_leads_settle_a_posting_once(database, put, coder):
    (line,) = put(a_line())
    with database.transaction() as store:
        decide.approve(store, Reviewer(coder, line.id, line.version), "billing")
        claimed = store.postings.claim(["billing"], 60)
        store.postings.fix(claimed, Parcel(claimed.control_id, b"MSH"))
        store.postings.record(claimed, PostingState.REFUSED, "AR", answer=b"AR")
    steps = in_between(
        database, lambda store: decide.settle(store, coder, claimed.id, PostingState.POSTED, "by hand")
    )
    decide.settle(next(steps), coder, claimed.id, PostingState.PENDING, "again")
    assert next(steps) is not None
