"""Sends every file of a folder through a running service: is each answered as it should be, and none lost?

`python -m benchmarks.samples_through FOLDER` starts the service on a database of its own. HL7 v2 goes over
MLLP, each file in one frame as it is, with a message of ours behind it: its ACK says that nothing stalled.
FHIR (.json, .ndjson) goes to /fhir. Then every message must stand in the database by its SHA-256, none may
wait for a reader, and the ledger must be whole. Prints what is wrong, and sums; exit code 1 when anything is.
"""

import argparse
import hashlib
import json
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, text

from benchmarks.processes import FREE_PORT, SERVICE, ended, started
from service.hl7 import read_ack, split_messages
from service.hl7.header import Header, read_header
from service.hl7.payload import read_payload
from service.mllp import FrameDecoder, encode

_PATIENCE = 20.0  # seconds for an answer
_PROBE = b"MSH|^~\\&|PROBE|HERE|CC|HUB|20260301||ORU^R01|%s|P|2.5.1\rPID|1||PROBE\r"
_ACCEPTS, _REFUSES = {"AA", "CA"}, {"AE", "AR", "CE", "CR"}


@dataclass
class Found:
    """What was seen so far."""

    wrong: list[str] = field(default_factory=list)
    sums: Counter[str] = field(default_factory=Counter)
    digests: dict[str, str] = field(default_factory=dict)  # of every message -> its file

    def sent(self, file: Path, body: bytes) -> None:
        self.digests[hashlib.sha256(body).hexdigest()] = file.name


def main() -> None:
    """Send, wait, judge, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.samples_through")
    parser.add_argument("folder", type=Path, help="of .hl7, .json and .ndjson files; looked into deeply")
    files = sorted(path for path in parser.parse_args().folder.rglob("*") if path.is_file())
    found = Found()
    with tempfile.TemporaryDirectory() as folder:
        arguments = [*SERVICE, "serve", "--data", folder, "--http", FREE_PORT, "--mllp", FREE_PORT]
        with started(Path(folder), arguments) as process:
            process.printed("(ready)")
            token = process.printed(r"admin token\s+(\S+)")
            base = process.printed(r"(http://127\.0\.0\.1:\d+)")
            _send_hl7(files, int(process.printed(r"HL7 \(MLLP\)\s+127\.0\.0\.1:(\d+)")), found)
            _send_fhir(files, base, token, found)
            _wait_until_read(folder, found)
        _judge_database(folder, found)
    for line in found.wrong:
        sys.stdout.write(f"wrong: {line}\n")
    told = ", ".join(f"{count} {what}" for what, count in sorted(found.sums.items()))
    sys.stdout.write(f"{told}; wrong: {len(found.wrong)}\n")
    sys.exit(bool(found.wrong))


def _send_hl7(files: list[Path], port: int, found: Found) -> None:
    for number, file in enumerate(file for file in files if file.suffix not in {".json", ".ndjson"}):
        body = file.read_bytes()
        if not any(name in body for name in (b"MSH", b"FHS", b"BHS", "MSH".encode("utf-16-le"))):
            found.sums["files that are none"] += 1
            continue
        try:
            framed = encode(body)
        except ValueError:
            found.sums["files that MLLP cannot carry"] += 1
            continue
        probe = b"P%d" % number
        try:
            answers = _answers(port, framed + encode(_PROBE % probe), probe)
        except (OSError, EOFError) as error:
            found.wrong.append(f"{file.name}: no answer, {type(error).__name__}")
            continue
        _judge_answers(file, body, answers, found)


def _answers(port: int, data: bytes, probe: bytes) -> list[bytes]:
    """What is answered before the probe is."""
    decoder = FrameDecoder()
    answers: list[bytes] = []
    with socket.create_connection(("127.0.0.1", port), _PATIENCE) as connected:
        connected.sendall(data)
        while not (answers and read_ack(answers[-1]).control_id.encode() == probe):
            received = connected.recv(65536)
            if not received:
                raise EOFError
            answers += [frame.body for frame in decoder.feed(received)]
    return answers[:-1]


def _judge_answers(file: Path, body: bytes, answers: list[bytes], found: Found) -> None:
    payload = read_payload(body)
    messages = payload.messages if payload else [body]
    for message in messages:
        found.sent(file, message)
    if len(answers) > 1:
        found.wrong.append(f"{file.name}: {len(answers)} answers to one frame")
    left = [ack for answer in answers for ack in split_messages(answer)]
    for message in messages:
        header = read_header(message)
        wish = _wish(header)
        if wish == "NE" or (wish != "AL" and not _is_next(left, header)):
            found.sums[f"HL7 not answered, as asked ({wish})"] += 1
        elif not left:
            found.wrong.append(f"{file.name}: a message has no answer")
        else:
            _judge_ack(file, header, left.pop(0), found)
    if left:
        found.wrong.append(f"{file.name}: more answers than messages")


def _is_next(left: list[bytes], header: Header) -> bool:
    return bool(left) and read_ack(left[0]).control_id.strip() == header.value(10)


def _wish(header: Header) -> str:
    """Whether MSH asks for an answer now: AL, NE, or ER and SU, which hang on the outcome (table 0155)."""
    accept, application = header.value(15).upper(), header.value(16).upper()
    if header.is_acknowledgement:
        return "NE"
    if accept in {"", "NE"}:
        return application or ("NE" if accept else "AL")
    return accept


def _judge_ack(file: Path, header: Header, body: bytes, found: Found) -> None:
    ack, answer = read_ack(body), read_header(body)
    is_enhanced = header.value(15).upper() not in {"", "NE"}
    complaints = {
        f"MSA-1 is {ack.code}": ack.code not in _ACCEPTS | _REFUSES or (ack.code[0] == "C") != is_enhanced,
        "MSA-2 is not MSH-10": ack.control_id.strip() != header.value(10),
        "it is no ACK": ack.message_type != "ACK",
        "a refusal has no error code": ack.code in _REFUSES and not ack.error_codes,
        "sender and receiver do not change places": not header.faults
        and [answer.field(n) for n in (3, 4, 5, 6)] != [header.field(n) for n in (5, 6, 3, 4)],
        "it speaks another version": not header.faults
        and header.field(12) != ""
        and answer.field(12) != header.field(12),
    }
    found.wrong += [f"{file.name}: {complaint}" for complaint, holds in complaints.items() if holds]
    found.sums[f"HL7 {ack.code} {' '.join(ack.error_codes)}".strip()] += 1


def _send_fhir(files: list[Path], base: str, token: str, found: Found) -> None:
    for file, body in _resources(files):
        started_at = time.monotonic()
        request = urllib.request.Request(f"{base}/fhir{_path(body)}", body, method="POST")
        request.add_header("Authorization", f"Bearer {token}")
        request.add_header("Content-Type", "application/fhir+json")
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE) as response:
                status, answer = response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                status, answer = error.code, error.read()
        except OSError as error:
            found.wrong.append(f"{file.name}: no answer, {type(error).__name__}")
            continue
        _judge_fhir(file, status, answer, found)
        found.sent(file, body)
        found.sums["FHIR slower than a second"] += time.monotonic() - started_at > 1


def _resources(files: list[Path]) -> Iterator[tuple[Path, bytes]]:
    for file in files:
        if file.suffix == ".json":
            yield file, file.read_bytes()
        elif file.suffix == ".ndjson":
            yield from ((file, line) for line in file.read_bytes().splitlines() if line.strip())


def _path(body: bytes) -> str:
    kind = str(json.loads(body).get("resourceType", ""))
    return "" if kind == "Bundle" else f"/{kind}"


def _judge_fhir(file: Path, status: int, answer: bytes, found: Found) -> None:
    try:
        kind = json.loads(answer)["resourceType"]
    except (ValueError, KeyError, TypeError):
        kind = "nothing of FHIR"
    is_lawful = kind in {"OperationOutcome", "Bundle"} and (200 <= status < 300 or 400 <= status < 500)
    if not is_lawful:
        found.wrong.append(f"{file.name}: {status} with {kind}")
    found.sums[f"FHIR {status}"] += 1


def _wait_until_read(folder: str, found: Found) -> None:
    database = create_engine(f"sqlite:///{folder}/charge-capture.db")
    waiting, end = 1, time.monotonic() + 6 * _PATIENCE
    while waiting and time.monotonic() < end:
        time.sleep(0.2)
        with database.connect() as connection:
            waiting = connection.scalar(text("SELECT count(*) FROM event WHERE state = 'received'")) or 0
    if waiting:
        found.wrong.append(f"{waiting} messages still wait for a reader")
    database.dispose()


def _judge_database(folder: str, found: Found) -> None:
    database = create_engine(f"sqlite:///{folder}/charge-capture.db")
    with database.connect() as connection:
        kept = set(connection.scalars(text("SELECT digest FROM event")))
        for state, count in connection.execute(text("SELECT state, count(*) FROM event GROUP BY state")):
            found.sums[f"events {state}"] = count
        reasons = text("SELECT reason, count(*) FROM event WHERE state = 'quarantined' GROUP BY reason")
        for reason, count in connection.execute(reasons):
            found.sums[f"quarantined: {reason}"] = count
    database.dispose()
    found.wrong += [f"{file}: lost" for digest, file in found.digests.items() if digest not in kept]
    ledger = json.loads(ended([*SERVICE, "ledger", "--data", folder, "--json"]))
    if not ledger["whole"]:
        found.wrong.append(f"the ledger: {ledger['checks']}")


if __name__ == "__main__":
    main()
