"""send: plays an EHR. Messages from files, over MLLP, and what the receiver said to each."""

import json
import re
import secrets
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from service.domain.errors import InputError, PostingUncertain, SetupError
from service.hl7 import Acknowledgement, read_ack, split_messages
from service.hl7.header import read_header
from service.mllp import Connection, Tls, TlsFiles, client_tls
from service.mllp.framing import END, VT
from service.settings import host_and_port

_ACCEPTED = frozenset({"AA", "CA"})
_MSH_10 = 9  # among the fields of MSH, of which the first is the segment's name
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # what an answer must not do to a terminal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message: an answer, or the reason that there is none to go by."""

    file: str
    control_id: str  # MSH-10, as sent
    answer: Acknowledgement | None = None
    problem: str = ""

    @property
    def verdict(self) -> str:
        """accepted | refused | unanswered."""
        if self.problem or not self.answer:
            return "unanswered"
        return "accepted" if self.answer.code in _ACCEPTED else "refused"


def send(
    files: Annotated[
        list[Path], typer.Argument(help="Files of HL7 v2 messages", exists=True, dir_okay=False)
    ],
    *,
    to: Annotated[str, typer.Option(help="HOST:PORT of the receiver")],
    connections: Annotated[int, typer.Option(help="Send on so many connections at once", min=1)] = 1,
    repeat: Annotated[int, typer.Option(help="Send every message so many times", min=1)] = 1,
    unique: Annotated[bool, typer.Option("--unique", help="Give every copy a MSH-10 of its own")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for each answer", min=0.001)] = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line")] = False,
    tls: Annotated[bool, typer.Option("--tls", help="Speak TLS, and check who the receiver is")] = False,
    ca: Annotated[
        Path | None, typer.Option(help="Who vouches for the receiver [default: the system's]")
    ] = None,
    certificate: Annotated[Path | None, typer.Option(help="Our own certificate, if it is asked for")] = None,
    key: Annotated[Path | None, typer.Option(help="Its key [default: in the same file]")] = None,
    server_name: Annotated[str, typer.Option(help="Name in the receiver's certificate [default: host]")] = "",
) -> None:
    """Send messages over MLLP and print every answer. Exit 0: all accepted; 1: some not; 2: no receiver."""
    try:
        host, port = host_and_port(to)
    except ValueError as error:
        raise SetupError(str(error)) from None
    secure = tls or ca is not None or certificate is not None
    line = Line(host, port, client_tls(TlsFiles(certificate, key, ca)) if secure else None, server_name)
    messages = read_messages(files)
    # The bar is drawn on stderr, and keeps clear of the lines when these go to the same terminal.
    progress = Progress(
        console=Console(stderr=True), disable=not sys.stderr.isatty(), redirect_stdout=sys.stdout.isatty()
    )
    with progress:
        task = progress.add_task("sending", total=len(messages) * repeat)

        def report(outcome: Outcome) -> None:
            # Not typer.echo: it writes past the bar, into its line.
            sys.stdout.write((_as_json(outcome) if as_json else _as_line(outcome)) + "\n")
            sys.stdout.flush()
            progress.advance(task)

        sending = Sending(line, answer_timeout=timeout, report=report)
        sending.run(_copies(messages, repeat, unique=unique), connections)
    verdicts = sending.verdicts
    typer.echo(
        ", ".join(f"{verdicts[name]} {name}" for name in ("accepted", "refused", "unanswered")), err=True
    )
    raise typer.Exit(0 if verdicts.total() == verdicts["accepted"] else 1)


def send_all(files: Sequence[Path], host: str, port: int) -> Counter[str]:
    """Send every message of these files once; gives the number of each verdict."""
    sending = Sending(Line(host, port))
    sending.run(iter(read_messages(files)), connections=1)
    return sending.verdicts


def read_messages(files: Sequence[Path]) -> list[tuple[str, bytes]]:
    """(file, message) for every message in the files, with CR for every line end.

    The MLLP frames of a capture from the wire are taken off: the messages get frames of their own.
    """
    found = []
    for path in files:
        content = path.read_bytes().replace(b"\r\n", b"\r").replace(b"\n", b"\r")
        bare = content.replace(VT, b"").replace(b"\r" + END, b"\r").replace(END, b"\r")
        found += [(str(path), message) for message in split_messages(bare)]
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """Where to send to, and whether with TLS."""

    host: str
    port: int
    tls: Tls | None = None
    server_name: str = ""  # in the receiver's certificate; "" = host

    def connect(self, answer_timeout: float) -> Connection:
        return Connection(
            self.host,
            self.port,
            answer_timeout=answer_timeout,
            tls=self.tls,
            server_name=self.server_name,
        )


class Sending:
    """Sends on several connections, one message at a time on each; `report` is called for one at a time."""

    def __init__(
        self,
        line: Line,
        *,
        answer_timeout: float = 30.0,
        report: Callable[[Outcome], None] = lambda _outcome: None,
    ) -> None:
        self.verdicts: Counter[str] = Counter()
        self._line = line
        self._answer_timeout = answer_timeout
        self._report = report
        self._lock = threading.Lock()
        self._stopped = False

    def run(self, messages: Iterator[tuple[str, bytes]], connections: int) -> None:
        """Send all; raises PostingUnavailable when the receiver cannot be reached (any more)."""
        with ThreadPoolExecutor(connections) as pool:
            try:
                for sent in [pool.submit(self._send_some, messages) for _ in range(connections)]:
                    sent.result()
            finally:
                self._stopped = True

    def _send_some(self, messages: Iterator[tuple[str, bytes]]) -> None:
        with self._line.connect(self._answer_timeout) as connection:
            while message := self._next(messages):
                outcome = _exchange(connection, *message)
                with self._lock:
                    self.verdicts[outcome.verdict] += 1
                    self._report(outcome)

    def _next(self, messages: Iterator[tuple[str, bytes]]) -> tuple[str, bytes] | None:
        with self._lock:
            return None if self._stopped else next(messages, None)


def _exchange(connection: Connection, file: str, body: bytes) -> Outcome:
    control_id = read_header(body).value(10)
    try:
        answer = read_ack(connection.exchange(body))
    except (PostingUncertain, InputError, ValueError) as error:
        return Outcome(file, control_id, problem=str(error))
    if answer.control_id.strip() != control_id:
        return Outcome(file, control_id, answer, "the answer is to another message (MSA-2)")
    return Outcome(file, control_id, answer)


def _copies(messages: list[tuple[str, bytes]], repeat: int, *, unique: bool) -> Iterator[tuple[str, bytes]]:
    run = secrets.token_hex(3)  # another run makes other messages
    for number in range(repeat):
        for at, (file, body) in enumerate(messages):
            suffix = f"-{run}{number * len(messages) + at}" if unique else ""
            yield file, _with_suffix(body, suffix.encode())


def _with_suffix(body: bytes, suffix: bytes) -> bytes:
    """The message with something appended to MSH-10."""
    line, end, rest = body.partition(b"\r")
    separator = line[3:4]
    fields = line.split(separator) if separator else []
    if not suffix or len(fields) <= _MSH_10:
        return body
    fields[_MSH_10] += suffix
    return separator.join(fields) + end + rest


def _as_line(outcome: Outcome) -> str:
    answer = outcome.answer
    code, control_id = (answer.code, answer.control_id) if answer else ("--", outcome.control_id)
    text = outcome.problem or (answer.text if answer else "")
    return _CONTROL.sub(" ", f"{outcome.file}  {code}  {control_id}  {text}".rstrip())


def _as_json(outcome: Outcome) -> str:
    answer = outcome.answer
    return json.dumps(
        {
            "file": outcome.file,
            "control_id": outcome.control_id,  # MSH-10
            "verdict": outcome.verdict,
            "code": answer.code if answer else None,  # MSA-1
            "answers": answer.control_id if answer else None,  # MSA-2
            "text": answer.text if answer else "",
            "errors": list(answer.error_codes) if answer else [],
            "problem": outcome.problem,
        }
    )
