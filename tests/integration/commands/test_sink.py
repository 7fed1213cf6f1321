"""The played billing system: what it books, and how each way of misbehaving looks to a sender."""

import json
import signal
from contextlib import contextmanager

import pytest

from service.commands.sink import ChargeLine, Sink
from service.commands.sink_modes import Mixture, Mode, read_mix
from service.domain.errors import PostingUncertain, SetupError
from service.hl7 import read_ack
from service.mllp import Connection, client_tls, server_tls
from tests.certificates import Authority
from tests.service_process import Process

LINE = ChargeLine("CHARGE1", "CG", "62323", ("LT", "59"), "1")


def exchange(sink, body, answer_timeout=5.0):
    with Connection("127.0.0.1", sink.port, answer_timeout=answer_timeout) as connection:
        return read_ack(connection.exchange(body))


def records(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_it_speaks_tls_with_those_that_it_asks_for_a_certificate(dft, tmp_path):
    authority = Authority(tmp_path)
    billing_files, ours = authority.issue("billing.test", ["127.0.0.1"]), authority.issue("charge-capture")
    with Sink(tls=server_tls(billing_files)) as billing:
        with Connection("127.0.0.1", billing.port, tls=client_tls(ours)) as connection:
            assert read_ack(connection.exchange(dft("M1"))).code == "AA"
        with pytest.raises(PostingUncertain):
            exchange(billing, dft("M2"), answer_timeout=1.0)
        assert billing.charges == [LINE]


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
    with Sink(mode=Mode.WRONG_ID) as billing:
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


def dealt_with(dft, seed):
    """How the first messages of a mixture are dealt with, by what their senders see."""
    mixture = Mixture(read_mix("aa=2,ae=1,busy=1,wrong-id=1,cut-after=1"), seed)
    seen = []
    with Sink(mixture=mixture) as billing:
        for number in range(12):
            try:
                answer = exchange(billing, dft(f"M{number}"))
                seen.append((answer.code, answer.control_id == f"M{number}", answer.error_codes))
            except PostingUncertain:
                seen.append("cut off")
        return seen, [mode for _, mode in billing.met]


def test_a_mixture_deals_with_each_message_and_its_seed_repeats_it(dft):
    looks = {
        Mode.AA: ("AA", True, ()),
        Mode.AE: ("AE", True, ("204",)),
        Mode.BUSY: ("AE", True, ("207",)),
        Mode.WRONG_ID: ("AA", False, ()),
        Mode.CUT_AFTER: "cut off",
    }
    seen, modes = dealt_with(dft, 7)
    assert len(set(modes)) > 2
    assert seen == [looks[mode] for mode in modes]
    assert dealt_with(dft, 7)[1] == modes != dealt_with(dft, 8)[1]


def test_what_was_refused_is_no_repeat_when_it_comes_again(dft):
    with Sink(mode=Mode.BUSY, dedupe=True) as billing:
        exchange(billing, dft("M1"))
        billing.mode = Mode.AA
        exchange(billing, dft("M1"))
        assert billing.charges == [LINE]


@pytest.mark.parametrize("mix", ["aa", "aa=x", "zz=1", "aa=0", "aa=-1,ae=2"])
def test_a_mixture_that_is_none_is_said_so(mix):
    with pytest.raises(SetupError):
        read_mix(mix)


@contextmanager
def running_command(*options):
    process = Process(["charge-capture", "sink", "--port", "0", *options], {}, r":(\d+),")
    try:
        yield process, int(process.printed(process.ready))
    finally:
        process.kill()


def test_the_command_ends_by_itself_after_as_many_messages_as_told(dft):
    with running_command("--once", "2", "--mode", "AE") as (process, port):
        with Connection("127.0.0.1", port) as connection:
            answers = [read_ack(connection.exchange(dft(name))) for name in ("M1", "M2")]
        assert [answer.code for answer in answers] == ["AE", "AE"]
        assert process.ended() == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_the_command_prints_each_charge_and_ends_when_told(dft, how):
    with running_command() as (process, port):
        with Connection("127.0.0.1", port) as connection:
            assert read_ack(connection.exchange(dft("M1"))).code == "AA"
        process.printed(r"(?m)^(CHARGE1  CG  62323  LT,59  1)$")
        process.process.send_signal(how)
        assert process.ended() == 0
