"""The report of a day: what is documented, ordered, charged and answered, held against each other."""

from dataclasses import replace
from datetime import date

import pytest

from service.domain.charge import Parcel, PostingState
from service.domain.event import Arrival, Format
from service.domain.local_days import LocalDays
from service.domain.reconciliation import Lack
from service.pipeline import decide
from service.pipeline.chart import chart
from service.pipeline.decide import Reviewer
from service.pipeline.reconciliation import Wanted, reconcile_day
from service.pipeline.report_csv import as_csv
from tests.integration.pipeline.conftest import GUIDED, a_line, approve, post_all, queue, report

DAY = date(2027, 1, 10)
MIDNIGHT = 1_799_539_200.0  # of that day, UTC
NEW_YORK = LocalDays(zones={"main": "America/New_York"})


@pytest.fixture
def drawn(database):
    """Draw a report up; gives it, and its findings as (kind, code, note)."""

    def draw_up(**wanted):
        with database.look() as store:
            found = reconcile_day(store, Wanted(**{"day": DAY, "facility": "*", **wanted}))
        return found, [(each.lack, each.code, each.note) for each in found.findings]

    return draw_up


@pytest.fixture
def put_of(put):
    """Put a line of a procedure of its own into the queue."""
    return lambda procedure, line: put(line, procedure=procedure)[0]


def reject(database, coder, line):
    with database.transaction() as store:
        decide.reject(store, Reviewer(coder, line.id, line.version), "no")


def test_what_waits_is_uncharged_what_is_charged_or_rejected_is_not(database, drawn, put_of, coder):
    put_of("p1", a_line("t"))
    put_of("p2", a_line("t", ""))
    approve(database, coder, put_of("p3", a_line("t", "62323")))
    reject(database, coder, put_of("p4", a_line("t", "62322")))
    put_of("p5", a_line("t", service_date="2027-01-11"))
    found, lacks = drawn()
    assert (found.procedures, found.charged, found.rejected) == (4, 1, 1)
    uncharged = [each for each in lacks if each[0] is Lack.UNCHARGED]
    assert uncharged == [
        (Lack.UNCHARGED, "62327", "proposed by t"),
        (Lack.UNCHARGED, "", "waiting by t"),
    ]
    assert drawn(facility="other")[0].procedures == 0


def test_a_charge_that_was_taken_back_leaves_its_procedure_uncharged_only_while_a_line_waits(
    database, drawn, put_of, coder
):
    line = put_of("p1", a_line("t"))
    approve(database, coder, line)
    with database.transaction() as store:
        (charge,) = store.charges.of_candidate(line.id)
        assert store.postings.cancel(charge.key, by="coder")
    assert drawn()[0].charged == 0


@pytest.mark.parametrize("state", [PostingState.UNKNOWN, PostingState.REFUSED])
def test_a_charge_that_billing_does_not_certainly_have_is_unanswered(database, drawn, put_of, coder, state):
    approve(database, coder, put_of("p1", a_line("t")))
    assert [each for each in drawn()[1] if each[0] is Lack.UNANSWERED] == [
        (Lack.UNANSWERED, "62327", "pending")
    ]
    with database.transaction() as store:
        posting = store.postings.claim(["billing"], 60)
        store.postings.fix(posting, Parcel(posting.control_id, b"DFT"))
        store.postings.record(posting, state, "test")
    assert [note for lack, _, note in drawn()[1] if lack is Lack.UNANSWERED] == [state.value]


def test_where_billing_tells_of_its_charges_one_that_it_does_not_tell_of_is_missed(
    database, drawn, put_of, coder
):
    for number, code in enumerate(("62327", "62323")):
        approve(database, coder, put_of(f"p{number}", a_line("t", code)))
    post_all(database)
    assert [each for each in drawn()[1] if each[0] is Lack.UNANSWERED] == [], "this billing never tells"
    with database.transaction() as store:
        (charge, _) = [charge for _, charge in store.charges.page("*", limit=9)]
        (told,) = store.postings.told_of({charge.key}, ())
        store.postings.bill(told)
    assert [code for lack, code, _ in drawn()[1] if lack is Lack.UNANSWERED] == ["62323"]


def test_one_service_of_two_procedures_is_found_with_its_feeds(drawn, take):
    other = report(2, **GUIDED).replace(b"ORDER-1", b"ORDER-2")
    take(report(1, **GUIDED), other)
    ((_, code, note),) = [each for each in drawn()[1] if each[0] is Lack.TWICE]
    assert (code, note.partition(";")[0]) == ("62327", "2 proposed")
    take(report(3, patient="P2", **GUIDED))
    assert len([each for each in drawn()[1] if each[0] is Lack.TWICE]) == 1, (
        "another patient is another matter"
    )


def test_an_order_that_is_charged_under_two_numbers_of_a_patient_is_found(database, drawn, take, coder):
    take(report(1, **GUIDED), report(2, patient="P2", **GUIDED))
    first, second = queue(database)
    approve(database, coder, first)
    assert not [each for each in drawn()[1] if each[0] is Lack.TWICE]
    approve(database, coder, second)
    ((_, code, note),) = [each for each in drawn()[1] if each[0] is Lack.TWICE]
    assert (code, note.partition(";")[0]) == ("62327", "2 charged")


def ordered(database, reader, number, control="NW", when="20270110", order="ORDER-7", service="62323"):
    body = (
        f"MSH|^~\\&|ANY|HOSP|||20270105||ORM^O01|O{number}|P|2.5\rPID|1||P1^^^HOSP^MR\r"
        f"ORC|{control}||{order}\rOBR|1||{order}|{service}|||{when}\r"
    ).encode()
    with database.transaction() as store:
        store.events.receive([Arrival(Format.HL7V2, "ANY|HOSP", "main", "ORM^O01", f"O{number}", body, b"")])
    chart(database, reader, batch=10, lease=60)


def test_an_order_that_nothing_documents_is_found_until_something_does(database, drawn, reader, take, clock):
    clock.now = 1_799_500_000.0  # 9 January 2027
    ordered(database, reader, 1)
    ordered(database, reader, 2, order="ORDER-8", when="20270111")
    found, lacks = drawn()
    assert (found.orders, lacks) == (
        1,
        [(Lack.UNDOCUMENTED, "62323", "ORM^O01: nothing that documents it has come")],
    )
    assert drawn(services=frozenset({"99999"}))[0].orders == 0
    take(report(9, **GUIDED).replace(b"ORDER-1", b"ORDER-7"))
    assert Lack.UNDOCUMENTED not in {lack for lack, *_ in drawn()[1]}


def test_an_order_without_a_day_is_of_the_day_on_which_it_came_there(database, drawn, reader, clock):
    clock.now = MIDNIGHT + 25 * 3_600.0  # 20:00 of the day in New York, and tomorrow in UTC
    ordered(database, reader, 1, when="")
    assert drawn(days=NEW_YORK)[0].orders == 1
    assert drawn()[0].orders == 0


def test_an_order_that_is_taken_back_is_not_missed(database, drawn, reader, clock):
    clock.now = 1_799_500_000.0
    ordered(database, reader, 1)
    ordered(database, reader, 2, control="CA")
    assert drawn()[0].orders == 0


def test_lag_is_counted_and_what_is_late_is_flagged(database, drawn, put_of, coder, clock):
    for number, (code, days) in enumerate((("62323", 0.5), ("62322", 1.5), ("62321", 9.5))):
        clock.now = MIDNIGHT + days * 86_400  # from midnight of the day on
        approve(database, coder, put_of(f"p{number}", a_line("t", code)))
    found, lacks = drawn()
    assert (found.lag.charges, found.lag.median, found.lag.nine_tenths, found.lag.longest) == (
        3,
        1.5,
        9.5,
        9.5,
    )
    assert [each for each in lacks if each[0] is Lack.LATE] == [
        (Lack.LATE, "62321", "approved 9 days after its day")
    ]
    assert not [lack for lack, *_ in drawn(late_after=9)[1] if lack is Lack.LATE]


def test_lag_and_age_are_counted_from_midnight_of_the_facility(database, drawn, put_of, coder, clock):
    clock.now = MIDNIGHT + 2 * 86_400 + 4 * 3_600.0  # not two days yet in New York
    approve(database, coder, put_of("p1", a_line("t")))
    put_of("p2", a_line("t"))
    there, utc = drawn(days=NEW_YORK)[0], drawn()[0]
    assert (there.lag.longest, utc.lag.longest) == (2.0, 2.2)
    assert (there.waiting["0-1"], utc.waiting["2-3"]) == ({"proposed": 1}, {"proposed": 1})


def test_what_waits_is_summed_by_age_since_the_service_or_the_arrival(drawn, put_of, clock):
    clock.now = MIDNIGHT + 8.5 * 86_400
    put_of("p1", a_line("t"))
    put_of("p2", a_line("t", service_date="2027-01-18"))
    put_of("p3", a_line("t", "", service_date=""))
    found, _ = drawn()
    assert found.waiting == {
        "0-1": {"proposed": 1, "waiting": 1},
        "2-3": {},
        "4-7": {},
        "8+": {"proposed": 1},
    }


def test_no_cell_of_the_export_is_a_formula(drawn, put_of):
    put_of("p1", a_line("=cmd|'/c calc'!A1"))
    found, _ = drawn()
    row = as_csv(found).split("\r\n")[1]
    assert row.startswith("2027-01-10,uncharged,candidate,")
    finding = replace(found.findings[0], note="=1+1", code="@SUM", facility="+x")
    assert ",'+x,'@SUM," in as_csv(replace(found, findings=(finding,)))
    assert "'=1+1" in as_csv(replace(found, findings=(finding,)))


def test_the_report_names_nobody(database, drawn, take):
    take(report(1, **GUIDED))
    line = queue(database)[0]
    found, _ = drawn()
    said = repr(found) + as_csv(found)
    assert line.content["context"]["patient_family_name"] == "TESTPERSON"
    assert "TESTPERSON" not in said
    assert "P1" not in said
