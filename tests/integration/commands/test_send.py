"""The played EHR: what is sent out of which files, and what the operator is told."""

import json
import re
import socket
from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from service.commands.send import read_messages, send, send_all
from service.commands.sink import Mode, Sink
from service.domain.errors import PostingUnavailable, SetupError
from service.hl7 import admit
from service.mllp import Limits, server_tls
from tests.certificates import Authority
from tests.integration.mllp.conftest import RunningListener


@pytest.fixture
def billing():
    with Sink() as sink:
        yield sink


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(send)

    def invoke(billing, *arguments):
        to = f"127.0.0.1:{billing.port}"
        return CliRunner().invoke(app, [*map(str, arguments), "--to", to])

    return invoke


@pytest.fixture
def file(tmp_path):
    """Write a file and give its path."""

    def write(content, name="messages.hl7"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def test_every_answer_is_printed_and_all_accepted_is_exit_0(run, billing, dft, file):
    path = file(dft("M1"))
    result = run(billing, path)
    assert (result.exit_code, result.stdout) == (0, f"{path}  AA  M1\n")
    assert result.stderr == "1 accepted, 0 refused, 0 unanswered\n"


@pytest.mark.parametrize("line_end", [b"\r", b"\n", b"\r\n"], ids=["CR", "LF", "CRLF"])
def test_a_file_may_hold_several_messages_with_any_line_ends(run, billing, dft, file, line_end):
    content = (dft("M1") + dft("M2")).replace(b"\r", line_end)
    assert run(billing, file(content)).exit_code == 0
    assert billing.messages == [dft("M1"), dft("M2")]


def test_a_capture_from_the_wire_is_sent_as_messages(dft, file):
    messages = [dft("M1"), dft("M2")]
    path = file(b"".join(b"\x0b" + message + b"\x1c\r" for message in messages))
    assert read_messages([path]) == [(str(path), message) for message in messages]


def test_a_refusal_is_told_with_its_reason_and_is_exit_1(run, billing, dft, file):
    path = file(dft("M1") + dft("M2", message_type="ORU^R01"))
    result = run(billing, path)
    assert result.exit_code == 1
    accepted, refused = result.stdout.splitlines()
    assert accepted == f"{path}  AA  M1"
    assert refused.startswith(f"{path}  AR  M2  ")
    assert refused.endswith("this billing system takes DFT")


@pytest.mark.parametrize(
    ("mode", "code", "reason"),
    [
        (Mode.SILENT, "--", "did not answer in time"),
        (Mode.GARBAGE, "--", "not one MLLP frame"),
        (Mode.CUT_AFTER, "--", "closed the connection before it answered"),
        (Mode.WRONG_ID, "AA", "the answer is to another message (MSA-2)"),
    ],
)
def test_no_lawful_answer_is_told_and_is_exit_1(run, billing, dft, file, mode, code, reason):
    billing.mode = mode
    result = run(billing, file(dft("M1")), "--timeout", "0.3")
    assert result.exit_code == 1
    assert f"  {code}  " in result.stdout
    assert reason in result.stdout
    assert result.stderr.endswith("1 unanswered\n")


def test_a_message_that_cannot_be_framed_does_not_stop_the_others(run, billing, dft, file):
    result = run(billing, file(dft("M1", key="A\x1cB"), "bad.hl7"), file(dft("M2"), "good.hl7"))
    assert result.exit_code == 1
    assert [line.split()[1:3] for line in result.stdout.splitlines()] == [["--", "M1"], ["AA", "M2"]]


def test_no_receiver_is_said_so(dft, file):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(PostingUnavailable, match=f"127.0.0.1:{port}"):
        send_all([file(dft("M1"))], "127.0.0.1", port)
    with pytest.raises(SetupError, match="HOST:PORT"):
        send([file(dft("M1"))], to="nowhere")


def test_a_receiver_that_speaks_tls_is_sent_to_when_it_is_known(dft, file, tmp_path, run):
    authority, stranger = Authority(tmp_path), Authority(tmp_path, "stranger")
    server, client = authority.issue("server", ["hl7.example"]), authority.issue("client")

    def receive(messages):
        return [admit(body, now=datetime.now(UTC), ack_id="K1").answer for body, _origin in messages]

    listener = RunningListener(receive, lambda _head, _problem, _peer: b"", Limits(), server_tls(server))
    ours = ("--certificate", client.certificate, "--key", client.key, "--server-name", "hl7.example")
    try:
        result = run(listener, file(dft("M1")), "--ca", authority.path, *ours)
        assert (result.exit_code, "AA  M1" in result.stdout) == (0, True)
        for distrusted in (
            ("--ca", stranger.path, *ours),
            ("--tls", *ours),
            ("--ca", authority.path, *ours[:4]),
        ):
            failed = run(listener, file(dft("M1")), *distrusted)
            assert isinstance(failed.exception, PostingUnavailable)
            assert "certificate verify failed" in str(failed.exception)
    finally:
        listener.close()


def test_copies_are_the_same_message_unless_told_to_be_unique(run, billing, dft, file):
    assert run(billing, file(dft("M1")), "--repeat", "3").exit_code == 0
    assert billing.messages == [dft("M1")] * 3


def test_unique_copies_differ_in_msh_10_and_in_nothing_else(run, billing, dft, file):
    path = file(dft("M1") + dft("M2"))
    for _ in range(2):
        assert run(billing, path, "--repeat", "3", "--unique").exit_code == 0
    assert len(set(billing.messages)) == 12
    assert {re.sub(rb"\|(M\d)-\w+\|", rb"|\1|", body) for body in billing.messages} == {dft("M1"), dft("M2")}


def test_several_connections_send_every_message_once(run, billing, dft, file):
    bodies = [dft(f"M{number}") for number in range(40)]
    result = run(billing, file(b"".join(bodies)), "--connections", "8")
    assert result.exit_code == 0
    assert sorted(billing.messages) == sorted(bodies)
    assert len(result.stdout.splitlines()) == 40


def test_json_lines_tell_the_same(run, billing, dft, file):
    path = file(dft("M1") + dft("M2", message_type="ORU^R01"))
    accepted, refused = map(json.loads, run(billing, path, "--json").stdout.splitlines())
    assert accepted == {
        "file": str(path),
        "control_id": "M1",
        "verdict": "accepted",
        "code": "AA",
        "answers": "M1",
        "text": "",
        "errors": [],
        "problem": "",
    }
    assert (refused["verdict"], refused["code"], refused["errors"]) == ("refused", "AR", ["200"])


def test_send_all_counts_the_verdicts(billing, dft, file):
    paths = [file(dft("M1"), "a.hl7"), file(dft("M2", message_type="ORU^R01"), "b.hl7")]
    assert send_all(paths, "127.0.0.1", billing.port) == {"accepted": 1, "refused": 1}
