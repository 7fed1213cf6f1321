"""Durable receive: a commit with fsync before each ACK, beside listeners that do less or do it otherwise."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import FREE_PORT, SERVICE, Process, started
from benchmarks.senders import Sent, send

OURS = "charge-capture listen"
ECHO = "echo"
GROUP_COMMIT = "group-commit"
PYTHON_HL7 = "python-hl7"
RIVALS = (ECHO, GROUP_COMMIT, PYTHON_HL7)
CONNECTIONS = (1, 8, 64)
_ROUNDS = 3
_SECONDS = 2.0


@dataclass(frozen=True)
class Received:
    """Listener -> its medians, at a number of connections."""

    connections: int
    sent: dict[str, Sent]

    def ratio(self, rival: str) -> float:
        """Our rate, in those of the rival."""
        return self.sent[OURS].rate / self.sent[rival].rate


def measure() -> list[Received]:
    """One table line for each number of connections."""
    return [_at(connections) for connections in CONNECTIONS]


def _at(connections: int) -> Received:
    """The listeners take turns, so that a slow moment of the machine strikes all of them."""
    with _listening() as ports:
        runs: dict[str, list[Sent]] = {name: [] for name in ports}
        for _round in range(_ROUNDS):
            for name, port in ports.items():
                runs[name].append(send(port, connections=connections, seconds=_SECONDS))
    return Received(connections, {name: Sent.median(sent) for name, sent in runs.items()})


@contextmanager
def _listening() -> Iterator[dict[str, int]]:
    """Every listener on its port, each with a database of its own. Those that wait cost nothing."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ports = {}
        for name in (OURS, *RIVALS):
            data = Path(folder) / name.replace(" ", "-")
            data.mkdir()
            process = stack.enter_context(started(data, _program(name, data)))
            ports[name] = _port(process)
        yield ports


def _program(name: str, data: Path) -> list[str]:
    if name == OURS:
        return [*SERVICE, "listen", "--data", str(data), "--mllp", FREE_PORT]
    return ["-m", "benchmarks.rivals", name, str(data)]


def _port(process: Process) -> int:
    return int(process.printed(r"(?:port |HL7 \(MLLP\)\s+127\.0\.0\.1:)(\d+)"))
