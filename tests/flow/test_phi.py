"""No patient data where it does not belong: a patient's name, numbers and words are looked for everywhere."""

import json
import socket
import threading
from contextlib import closing, contextmanager

import pytest
import redis

from service.hl7 import Message
from service.mllp import FrameDecoder, encode
from service.store import Keyring, open_database
from service.store.tables import metadata
from tests.conftest import KEYRING_KEY
from tests.programs import DEADLINE
from tests.service_process import start_embedded, start_scaled_out, stopping, wait_until

CANARIES = (
    "Zephyrine",
    "Quillfeather",
    "MRN-CANARY",
    "VISIT-CANARY",
    "ACCT-CANARY",
    "19331109",
    "1933-11-09",
    "afraid of geese",
)
NOTE = "NTE|1||Zephyrine Quillfeather is afraid of geese\r"


def with_canaries(sample):
    """The sample message, about a patient who is looked for."""
    text = sample.replace(b"\n", b"\r").decode()
    for known, canary in (
        ("N700101", "MRN-CANARY"),
        ("Testperson^Alma", "Quillfeather^Zephyrine"),
        ("19580412", "19331109"),
        ("A500101", "ACCT-CANARY"),
        ("V900101", "VISIT-CANARY"),
    ):
        assert known in text
        text = text.replace(known, canary)
    return (text + NOTE).encode()


PROCEDURE = {
    "resourceType": "Procedure",
    "id": "p1",
    "status": "completed",
    "code": {"text": "Zephyrine"},
    "subject": {"display": "Zephyrine Quillfeather", "identifier": {"value": "MRN-CANARY"}},
    "note": [{"text": "Quillfeather is afraid of geese"}],
}


def found_in(text):
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    return [canary for canary in CANARIES if canary in text]


@contextmanager
def quoting_billing():
    """A billing system that refuses every charge, and quotes the patient when it does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_refuse_once, args=(server,), daemon=True).start()
        yield server.getsockname()[1]


def _refuse_once(server):
    peer, _ = server.accept()
    with closing(peer):
        decoder = FrameDecoder()
        frames = []
        while not frames and (data := peer.recv(65536)):
            frames = decoder.feed(data)
        dft = Message.parse(frames[0].body.decode())
        quote = f"no account for {dft.get('PID-5.2')} {dft.get('PID-5.1')}, {dft.get('PID-3.1')}"
        peer.sendall(
            encode(
                f"MSH|^~\\&|B|B|C|C|20260301||ACK^P03|1|P|2.5.1\rMSA|AE|{dft.get('MSH-10')}|{quote}\r"
                f"ERR||PID^1|204^Unknown key identifier^HL70357|E||||{quote}\r".encode()
            )
        )
        peer.recv(1)


def good_and_bad(running, sample):
    """The whole run, errors on the way; gives what people without the right to read patients may see."""
    body = with_canaries(sample("01"))
    unknown_version = body.replace(b"|2.5.1|", b"|7.5.1|")
    seen = running.send(body, body + body, b"PID|1||MRN-CANARY||Quillfeather^Zephyrine\r", unknown_version)
    for path, sent in (
        ("/fhir/Procedure", PROCEDURE),
        ("/fhir/Procedure", {**PROCEDURE, "status": "Zephyrine"}),
        ("/fhir/Procedure", {**PROCEDURE, "resourceType": "Zephyrine Quillfeather"}),
        ("/fhir/Procedure", json.dumps(PROCEDURE).encode()[:-9]),
        ("/fhir/Observation", PROCEDURE),
        ("/fhir", {"resourceType": "Bundle", "type": "Zephyrine", "entry": ["afraid of geese"]}),
    ):
        answer = running.ask("POST", path, sent, content_type="application/fhir+json")
        seen += [answer.body, str(answer.headers).encode()]
    line = running.wait_for_candidate()
    shown = found_in(running.ask("GET", f"/v1/candidates/{line['id']}").body)
    assert {"Quillfeather", "MRN-CANARY"} <= set(shown), (
        "who may read the patient reads of the one looked for"
    )
    for change in ({"reason": "x", "code": "Zephyrine"}, {"reason": "x", "service_date": "1933-11-09 "}):
        refused = running.decide(line, "change", change)
        assert refused.status == 422
        seen.append(refused.body)
    seen.append(running.ask("GET", "/v1/candidates?after=MRN-CANARY").body)
    assert running.decide(line, "approve").status == 200
    refused = running.wait_for_posting("refused")
    pages = ("/v1/quarantine", "/v1/ledger", "/v1/postings?state=refused", "/v1/charges", "/v1/audit")
    seen += [running.ask("GET", page).body for page in pages]
    assert refused["note"]
    return seen


def assert_nowhere(found):
    leaks = {where: canaries for where, canaries in found.items() if canaries}
    assert not leaks


def test_embedded_nothing_leaks_into_files_logs_or_answers(tmp_path, sample):
    data = tmp_path / "data"
    with (
        quoting_billing() as billing,
        stopping(start_embedded(data, billing, CHARGE_CAPTURE_SWEEP_SECONDS="0.5")) as running,
    ):
        found = {f"answer {n}": found_in(each) for n, each in enumerate(good_and_bad(running, sample))}
        files = [path for path in data.iterdir() if path.name.startswith("charge-capture.db")]
        assert len(files) == 3, "the database, its -wal and its -shm"
        found |= {path.name: found_in(path.read_bytes()) for path in files}
        ledger = running.ledger()
    found["ledger"] = found_in(str(ledger))
    found["log"] = found_in(running.processes[0].output)
    found |= {f"{path.name}, closed": found_in(path.read_bytes()) for path in data.iterdir()}
    assert_nowhere(found)


def test_scaled_out_nothing_leaks_into_the_broker_or_postgresql(
    postgres, cluster_environment, broker, sample
):
    with quoting_billing() as billing, overheard(broker) as commands:
        with stopping(start_scaled_out(cluster_environment, billing)) as running:
            found = {f"answer {n}": found_in(each) for n, each in enumerate(good_and_bad(running, sample))}
        assert any("charge_capture.drain" in each for each in commands), "wake-ups were overheard"
        found["broker"] = found_in("\n".join(commands))
    found["tables"] = found_in(all_rows(cluster_environment["CHARGE_CAPTURE_DATABASE_URL"]))
    found["log of PostgreSQL"] = found_in(postgres.log.read_bytes())
    found |= {f"log of {n}": found_in(each.output) for n, each in enumerate(running.processes)}
    assert_nowhere(found)


@contextmanager
def overheard(broker):
    """Every command that any process sends to the broker, while it lasts."""
    commands = []
    client, ear = redis.Redis(port=broker.port), redis.Redis(port=broker.port, socket_timeout=None)
    with ear.monitor() as monitor:
        listening = threading.Thread(target=_listen, args=(monitor, commands), daemon=True)
        listening.start()
        try:
            yield commands
        finally:
            client.echo("the end")
            listening.join(DEADLINE)
    client.close()
    ear.close()


def _listen(monitor, commands):
    for heard in monitor.listen():
        commands.append(heard["command"])
        if heard["command"] == "ECHO the end":
            return


def all_rows(url):
    database = open_database(url, Keyring({1: KEYRING_KEY}))
    with database.connection() as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(table.select())]
    database.close()
    assert len(rows) > 20
    return str(rows)


@pytest.mark.parametrize(
    ("failing", "logged", "aside"),
    [
        ("reader_and_sweeper_quote_the_patient", ["event not readable", "sweep failed"], 1),
        ("proposing_quotes_the_patient", ["procedure not charted"], 0),
        ("charting_quotes_the_patient", ["library"], 0),
    ],
)
def test_an_error_that_quotes_the_patient_is_told_without_its_words(tmp_path, sample, failing, logged, aside):
    data = tmp_path / "data"
    with stopping(start_embedded(data, crash_at=failing, CHARGE_CAPTURE_SWEEP_SECONDS="0.2")) as running:
        running.send(with_canaries(sample("01")))
        process = running.processes[0]
        wait_until(lambda: all(each in process.output for each in logged), f"{logged} in the log")
        assert "ValueError" in process.output, "what kind of error it was is said"
        quarantine = wait_until(lambda: quarantined(running, aside), f"{aside} set aside")
    found = {"log": found_in(process.output), "quarantine": found_in(quarantine)}
    assert_nowhere(found | {path.name: found_in(path.read_bytes()) for path in data.iterdir()})


def quarantined(running, count):
    answer = running.ask("GET", "/v1/quarantine")
    return len(answer.json["items"]) == count and answer.body
