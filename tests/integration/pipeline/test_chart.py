"""Charting on real databases: late and corrected messages change the queue, repeats do not."""

import itertools

from service.domain.charge import CandidateStatus, ChargeKind
from service.domain.event import Arrival, Format
from service.pipeline.chart import chart
from service.store.quarantine import Which
from tests.integration.pipeline.conftest import GUIDED, approve, post_all, queue, report


def test_a_late_fact_turns_the_question_into_a_code(database, take):
    take(report(1))
    (waiting,) = queue(database)
    assert (waiting.code, waiting.status) == ("", CandidateStatus.WAITING)
    take(report(2, time="20270110100000", **GUIDED))
    (line,) = queue(database)
    assert (line.code, line.status) == ("62327", CandidateStatus.PROPOSED)
    assert [gone.code for gone in queue(database, "superseded")] == [""]


def test_a_correction_flips_the_code_before_anybody_decided(database, take):
    take(report(1, **GUIDED))
    removed = {**GUIDED, "catheter__disposition": "removed_same_day"}
    take(report(2, "C", "20270110180000", **removed))
    assert [line.code for line in queue(database)] == ["62323"]


def test_any_order_of_arrival_ends_in_the_same_queue(database, take):
    versions = [
        report(1, time="20270110090000"),
        report(2, time="20270110100000", **GUIDED),
        report(3, "C", "20270110180000", **{**GUIDED, "catheter__disposition": "removed_same_day"}),
    ]
    ends = set()
    for number, order in enumerate(itertools.permutations(versions)):
        patient = f"PATIENT-{number}".encode()
        take(
            *(
                body.replace(b"||P1^", b"||" + patient + b"^").replace(b"|M", b"|%d-" % number)
                for body in order
            )
        )
        ends.add(queue(database)[-1].code)
    assert ends == {"62323"}
    assert len(queue(database)) == 6


def test_the_same_report_under_a_new_control_id_changes_nothing(database, take):
    take(report(1, **GUIDED))
    (before,) = queue(database)
    take(report(2, **GUIDED))
    (after,) = queue(database)
    assert (after.id, after.version) == (before.id, before.version)


def test_two_patients_with_one_order_number_are_two_procedures(database, take):
    take(report(1, **GUIDED), report(2, patient="P2", imaging__modality="none"))
    assert [line.code for line in queue(database)] == ["62327", "62326"]


def test_a_correction_after_posting_proposes_credit_and_new_charge(database, take, coder):
    take(report(1, **GUIDED))
    (line,) = queue(database)
    approve(database, coder, line)
    post_all(database)

    removed = {**GUIDED, "catheter__disposition": "removed_same_day"}
    take(report(2, "C", "20270110180000", **removed))
    (correction,) = queue(database)
    assert (correction.code, correction.corrects) == ("62323", line.id)
    approve(database, coder, correction)
    with database.transaction() as store:
        charges = store.charges.of_candidate(correction.id)
    assert sorted((charge.kind, charge.code.value) for charge in charges) == [
        (ChargeKind.CREDIT, "62327"),
        (ChargeKind.CHARGE, "62323"),
    ]


def test_what_was_approved_is_not_proposed_again(database, take, coder):
    take(report(1, **GUIDED))
    approve(database, coder, queue(database)[0])
    take(report(2, time="20270110100000", **GUIDED))
    assert queue(database) == []


def test_a_withdrawn_report_takes_the_proposal_away_or_proposes_a_credit(database, take, coder):
    take(report(1, **GUIDED))
    take(report(2, "X", "20270110180000", **GUIDED))
    assert queue(database) == []

    take(report(3, time="20270110190000", **GUIDED))
    approve(database, coder, queue(database)[0])
    post_all(database)
    take(report(4, "X", "20270110200000", **GUIDED))
    (credit,) = queue(database)
    assert (credit.kind, credit.code) == (ChargeKind.CREDIT, "62327")


def test_one_unreadable_event_is_set_aside_and_its_neighbours_are_charted(database, reader):
    two_in_one = report(2, **GUIDED) + report(2, patient="P2", **GUIDED)
    bodies = [report(1, **GUIDED), two_in_one, report(3, patient="P3", **GUIDED)]
    with database.transaction() as store:
        for number, body in enumerate(bodies):
            arrival = Arrival(Format.HL7V2, "ANY|HOSP", "main", "ORU^R01", f"C{number}", body, b"ACK")
            store.events.receive([arrival])
    chart(database, reader, batch=10, lease=60)
    assert len(queue(database)) == 2
    with database.transaction() as store:
        states = [quarantined.control_id for quarantined in store.quarantine.page(Which(), limit=10)]
    assert states == ["C1"]


def test_an_event_that_kills_every_worker_is_set_aside_after_five_attempts(database, reader, clock):
    with database.transaction() as store:
        store.events.receive([Arrival(Format.HL7V2, "A|B", "main", "ORU^R01", "K", report(1), b"ACK")])
    for _ in range(5):
        with database.transaction() as store:
            assert store.events.claim(10, 60), "claimed, and the worker dies"
        clock.now += 61
    chart(database, reader, batch=10, lease=60)
    with database.transaction() as store:
        (aside,) = store.quarantine.page(Which(), limit=10)
    assert "stopped 5 times" in aside.reason


def test_a_code_that_nobody_translated_is_a_question_and_never_ignored(database, take):
    take(report(1, **GUIDED, substances__class="local_anesthetic~AGENT-9"))
    (line,) = queue(database)
    assert (line.code, line.status) == ("", CandidateStatus.WAITING)
    # It may be the agent of another family (a neurolytic, blood): for another purpose, in another space.
    asked = [question["element"] for question in line.content["questions"]]
    assert asked == ["substances.class", "intent", "target"]
    (unknown,) = line.content["unknown_codes"]
    assert unknown["text"] == "AGENT-9"
    assert unknown["source"].keys() == line.content["elements"][0]["source"].keys(), "a source is told alike"
