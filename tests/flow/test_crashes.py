"""kill -9 at the worst moments: the ledger is whole after the restart."""

from contextlib import suppress
from http.client import HTTPException

import pytest

from service.domain.errors import PostingUncertain
from tests.service_process import start_embedded, stopping, wait_until


@pytest.fixture
def data(tmp_path):
    """A data folder that outlives the process."""
    return tmp_path / "data"


def restarted(data, sink):
    return stopping(start_embedded(data, sink.port))


def approve_first(running):
    return running.decide(running.wait_for_candidate(), "approve")


def approve_first_of(crashing):
    """Its worker may be killed by the approval before the answer has left."""
    with suppress(OSError, HTTPException):
        approve_first(crashing)


def test_killed_between_the_commit_and_the_ack_the_repeated_message_counts_once(data, sink, sample):
    crashing = start_embedded(data, sink.port, crash_at="after_commit_before_ack")
    with pytest.raises(PostingUncertain):
        crashing.send(sample("01"))  # the sender gets no ACK
    crashing.processes[0].wait_killed()

    with restarted(data, sink) as running:
        (ack,) = running.send(sample("01"))  # so it sends again
        assert b"MSA|CA|" in ack
        running.wait_for_candidate()
        code, ledger = running.ledger()
    assert (code, ledger["whole"]) == (0, True), ledger
    assert ledger["sums"]["messages"]["charted"] == 1
    assert ledger["sums"]["messages"]["duplicate"] == 1
    assert sum(ledger["sums"]["candidates"].values()) == 1


def test_killed_between_the_approval_and_the_posting_the_charge_is_posted_once(data, sink, sample):
    crashing = start_embedded(data, sink.port, crash_at="after_approval_before_posting")
    crashing.send(sample("01"))
    with pytest.raises(OSError):  # noqa: PT011  the connection may break in several ways
        approve_first(crashing)
    crashing.processes[0].wait_killed()

    with restarted(data, sink) as running:
        running.wait_for_posting("posted")
        code, ledger = running.ledger()
    assert (code, ledger["whole"]) == (0, True), ledger
    assert len(sink.messages) == 1


@pytest.mark.parametrize(
    ("point", "arrived"), [("after_claim_before_sending", 0), ("after_billing_answered", 1)]
)
def test_killed_while_sending_the_charge_waits_for_a_person(data, sink, sample, point, arrived):
    short = {
        "CHARGE_CAPTURE_LEASE": "1",
        "CHARGE_CAPTURE_ANSWER_TIMEOUT": "1",
        "CHARGE_CAPTURE_SWEEP_SECONDS": "0.2",
    }
    crashing = start_embedded(data, sink.port, crash_at=point, **short)
    crashing.send(sample("01"))
    approve_first_of(crashing)
    crashing.processes[0].wait_killed()

    with stopping(start_embedded(data, sink.port, **short)) as running:
        unknown = running.wait_for_posting("unknown")
        assert len(sink.messages) == arrived, "nothing is sent again by itself"
        settled = running.ask(
            "POST",
            f"/v1/postings/{unknown['id']}/settle",
            {"state": "posted" if arrived else "pending", "reason": "asked billing"},
        )
        assert settled.status == 200
        running.wait_for_posting("posted")
        wait_until(lambda: len(sink.messages) == 1, "one message at billing")
        code, ledger = running.ledger()
    assert (code, ledger["whole"]) == (0, True), ledger
