"""Messages for training or debugging (MSH-11 T, D): charted apart, without effect on what was done."""

import importlib
import itertools
from dataclasses import replace
from datetime import date

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations

from service.domain.charge import ChargeKind
from service.domain.errors import WrongState
from service.pipeline.chart import Reader, chart
from service.pipeline.day import day_of
from service.pipeline.reconciliation import Wanted, reconcile_day
from service.store.ledger import draw_up
from tests.integration.pipeline.conftest import GUIDED, approve, post_all, queue, receive, report
from tests.integration.pipeline.histories import REMOVED, message, note, segment
from tests.shipped import shipped_mappings


def training(body, processing_id="T"):
    return body.replace(b"|P|2.5.1", b"X|%s|2.5.1" % processing_id.encode(), 1)


def shown(database):
    return [(line.code, line.content.get("processing_id", "P")) for line in queue(database)]


def test_one_of_the_same_order_is_a_procedure_of_its_own_in_any_order(database, take):
    for number, order in enumerate(itertools.permutations(range(3))):
        patient = f"P{number}"
        done = [
            report(1, "F", "20270110090000", patient, **GUIDED),
            training(report(2, "F", "20270110100000", patient, **REMOVED)),
            training(report(3, "X", "20270110110000", patient, **GUIDED), "D"),
        ]
        take(*(done[at].replace(b"|P|2.5.1", b"-%d|P|2.5.1" % number) for at in order))
    assert sorted(shown(database)) == [("62323", "T")] * 6 + [("62327", "P")] * 6


def test_the_production_line_is_approved_and_the_other_never(database, take, coder):
    take(report(1, **GUIDED), training(report(2, **GUIDED)))
    lines = {line.content.get("processing_id", "P"): line for line in queue(database)}
    assert "MSH-11 is T" in lines["T"].content["note"]
    with pytest.raises(WrongState, match="MSH-11"):
        approve(database, coder, lines["T"])
    assert approve(database, coder, lines["P"]).code == "62327"


def test_one_that_takes_back_or_corrects_leaves_what_was_posted(database, take, coder):
    take(report(1, **GUIDED))
    (line,) = queue(database)
    approve(database, coder, line)
    post_all(database)
    take(training(report(2, "X", "20270110100000", **GUIDED)))
    take(training(report(3, "C", "20270110110000", **REMOVED)))
    assert all(line.kind is not ChargeKind.CREDIT for line in queue(database))
    assert shown(database) == [("62323", "T")]


def test_one_that_names_the_document_alone_does_not_find_the_note(database, take):
    """Its key is weak: it belongs to whatever has that name, but not beyond its own mode."""
    take(note("T02", 0, "P1", GUIDED, f15="F1"), training(note("T11", 1, "P1", GUIDED)))
    assert shown(database) == [("62327", "P")]


class TestLists:
    """Where a source sends all procedures each time."""

    @pytest.fixture
    def reader(self):
        mappings = shipped_mappings()
        feeds = (replace(feed, sends="snapshot") for feed in mappings.feeds)
        return Reader(replace(mappings, feeds=tuple(feeds)))

    def test_one_for_training_leaves_nothing_out_of_one_that_counts(self, database, reader):
        def listed(hour, code):
            return message("ADT^A08", hour, "P1", segment("PR1", f1="1", f3=f"{code}^^C4", f5="20270110"))

        receive(database, listed(0, "62270"), training(listed(1, "62273")))
        chart(database, reader, batch=10, lease=60)
        assert sorted(shown(database)) == [("62270", "P"), ("62273", "T")]


def test_billing_closes_no_charge_of_ours_by_a_message_for_training(database, take, coder):
    take(report(1, **GUIDED))
    (line,) = queue(database)
    approve(database, coder, line)
    post_all(database)
    with database.look() as store:
        ((_, charge),) = store.charges.standing(line.procedure_id)
    told = message("DFT^P03", 1, "P1", segment("FT1", f2=charge.key, f4="20270110", f6="CG", f25="62327^^C4"))
    for body, is_told in ((training(told), False), (told, True)):
        take(body)
        with database.look() as store:
            (posting,) = store.postings.of_charge(charge.key)
            assert bool(posting.billed_at) is is_told


def test_reports_leave_them_out(database, take):
    take(training(report(1, **GUIDED)))
    with database.look() as store:
        found = reconcile_day(store, Wanted(day=date(2027, 1, 10), facility="*"))
    assert (found.procedures, found.findings) == (0, ())
    assert not any(map(sum, (each.values() for each in found.waiting.values())))


def test_what_was_charted_together_before_is_taken_apart_by_the_migration(database, reader, take, coder):
    """As older versions had it: the training message was counted to the procedure that was done."""
    take(report(1, **GUIDED))
    (done,) = queue(database)
    take(training(report(2, "F", "20270110100000", **REMOVED)))
    (trained,) = (line for line in queue(database) if line.id != done.id)
    with database.transaction() as store:
        store.procedures.link(
            (done.procedure_id, each) for each in store.procedures.events_of(trained.procedure_id)
        )
    with pytest.raises(WrongState, match="MSH-11"):
        approve(database, coder, done)
    migration = importlib.import_module("service.store.migrations.versions.0024_training_apart")
    with database.engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        migration.upgrade()
    assert chart(database, reader, batch=10, lease=60) == 2
    lines = {line.content.get("processing_id", "P"): line for line in queue(database)}
    assert (lines["P"].code, lines["T"].code) == ("62327", "62323")
    assert approve(database, coder, lines["P"]).code == "62327"
    with database.connection() as connection:
        assert draw_up(connection, database.keyring).whole


def test_neither_meets_an_edit_of_the_other(database, take):
    take(report(1, **GUIDED), training(report(2, **GUIDED)))
    lines = queue(database)
    with database.look() as store:
        assert [day_of(store, line).edits(store) for line in lines] == [(), ()]
        assert [[each.id for each in store.candidates.of_day(line)] for line in lines] == [
            [line.id] for line in lines
        ]
