"""The played billing system: what it books, and how each way of misbehaving looks to a sender."""

import json
import re
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from service.commands.sink import ChargeLine, Mode, Sink
from service.domain.errors import PostingUncertain, SetupError
from service.hl7 import read_ack
from service.mllp import Connection

LINE = ChargeLine("CHARGE1", "CG", "62323", ("LT", "59"), "1")


def exchange(sink, body, answer_timeout=5.0):
    with Connection("127.0.0.1", sink.port, answer_timeout=answer_timeout) as connection:
        return read_ack(connection.exchange(body))


def records(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_charge_is_booked_written_down_and_acknowledged(dft, tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    with Sink(ledger=ledger) as billing:
        answer = exchange(billing, dft("M1"))
        assert (answer.code, answer.control_id) == ("AA", "M1")
        # Read while it still runs: it was on disk before the answer.
        (record,) = records(ledger)
        assert billing.charges == [LINE]
        assert billing.messages == [dft("M1")]
    assert record == {
        "control_id": "M1",
        "charges": [
            {
                "transaction_id": "CHARGE1",
                "type": "CG",
                "code": "62323",
                "modifiers": ["LT", "59"],
                "units": "1",
            }
        ],
        "answer": "aa",
    }
    assert "TESTPERSON" not in ledger.read_text()


@pytest.mark.parametrize(("mode", "code"), [(Mode.AE, "AE"), (Mode.AR, "AR")])
def test_a_refusing_mode_books_nothing(dft, mode, code):
    with Sink(mode=mode) as billing:
        answer = exchange(billing, dft("M1"))
        assert (answer.code, answer.control_id, answer.error_codes) == (code, "M1", ("204",))
        assert billing.charges == []


@pytest.mark.parametrize(
    ("mode", "booked"),
    [
        (Mode.SILENT, 1),
        (Mode.SLOW, 1),
        (Mode.CUT_BEFORE, 0),
        (Mode.CUT_AFTER, 1),
        (Mode.GARBAGE, 1),
        (Mode.TWO_ACKS, 1),
    ],
)
def test_without_one_lawful_answer_the_sender_cannot_know(dft, mode, booked):
    with Sink(mode=mode) as billing:
        with pytest.raises(PostingUncertain):
            exchange(billing, dft("M1"), answer_timeout=0.3)
        assert len(billing.charges) == booked


def test_a_wrong_msa2_is_the_only_thing_wrong_with_that_answer(dft):
    with Sink(mode=Mode.WRONG_MSA2) as billing:
        answer = exchange(billing, dft("M1"))
        assert (answer.code, answer.control_id, answer.message_type) == ("AA", "ANOTHER-MESSAGE", "ACK")
        assert billing.charges == [LINE]


def test_the_mode_may_change_while_it_runs(dft):
    with Sink(mode=Mode.AR) as billing:
        assert exchange(billing, dft("M1")).code == "AR"
        billing.mode = Mode.AA
        assert exchange(billing, dft("M2")).code == "AA"


@pytest.mark.parametrize(("dedupe", "booked"), [(False, 2), (True, 1)])
def test_a_repeated_message_is_booked_again_unless_it_de_duplicates(dft, tmp_path, dedupe, booked):
    ledger = tmp_path / "ledger.jsonl"
    with Sink(dedupe=dedupe, ledger=ledger) as billing:
        assert [exchange(billing, dft("M1")).code for _ in range(2)] == ["AA", "AA"]
        assert len(billing.charges) == len(records(ledger)) == booked


def test_de_duplication_outlives_a_restart(dft, tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    for _ in range(2):
        with Sink(dedupe=True, ledger=ledger) as billing:
            assert exchange(billing, dft("M1")).code == "AA"
    assert len(records(ledger)) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"not HL7", "AR"), (b"MSH|^~\\&|A|B|C|D|20260105||ORU^R01|1|P|2.5.1\r", "AR")],
    ids=["not HL7", "no DFT"],
)
def test_what_is_no_dft_is_rejected_and_not_booked(body, code):
    with Sink() as billing:
        assert exchange(billing, body).code == code
        assert billing.messages == []


def test_a_port_that_is_taken_is_said_so():
    with Sink() as first, pytest.raises(SetupError, match=f"127.0.0.1:{first.port}"):
        Sink(port=first.port).start()


@contextmanager
def running_command(*options):
    command = [sys.executable, "-m", "service", "sink", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process, int(re.search(r":(\d+),", process.stdout.readline()).group(1))
        finally:
            process.kill()


def test_the_command_ends_by_itself_after_as_many_messages_as_told(dft):
    with running_command("--once", "2", "--mode", "ae") as (process, port):
        with Connection("127.0.0.1", port) as connection:
            answers = [read_ack(connection.exchange(dft(name))) for name in ("M1", "M2")]
        assert [answer.code for answer in answers] == ["AE", "AE"]
        assert process.wait(10) == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_the_command_prints_each_charge_and_ends_when_told(dft, how):
    with running_command() as (process, port):
        with Connection("127.0.0.1", port) as connection:
            assert read_ack(connection.exchange(dft("M1"))).code == "AA"
        assert process.stdout.readline() == "CHARGE1  CG  62323  LT,59  1\n"
        process.send_signal(how)
        assert process.wait(10) == 0
