"""The line: from a message sent to its candidate in the review queue."""

import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import text

from benchmarks.deployments import Deployment
from benchmarks.load import message
from benchmarks.senders import Sent, send
from service.mllp import Connection

CONNECTIONS = 64
_ROUNDS = 3
_LOW_LOAD = 60
_BARE_SECONDS = 2.0
_PAUSE = 0.05  # between two messages at low load
_PATIENCE = 120.0
_CODE = "62327"

_CHARTED = text("SELECT count(*) FROM event WHERE state = 'charted'")
_PROPOSED = text(f"SELECT count(*) FROM candidate WHERE status = 'proposed' AND code = '{_CODE}'")
_NEWEST = text("SELECT max(sequence) FROM candidate")


@dataclass(frozen=True)
class Line:
    """The medians of a deployment."""

    name: str
    messages: int
    rate: float  # messages a second, from the first byte sent to the last candidate committed
    sent: Sent
    bare_rate: float  # of a bare group commit into a database of the same kind, taking turns with the line
    low_load_p50_ms: float  # from sending one message to its candidate, seen from outside
    low_load_p99_ms: float
    megabytes_before: dict[str, float]
    megabytes_after: dict[str, float]

    @property
    def ratio(self) -> float:
        """Its rate, in those of a bare group commit."""
        return self.rate / self.bare_rate


def measure(deploy: Callable[[], AbstractContextManager[Deployment]], messages: int) -> Line:
    """Low load first, then so many messages from 64 connections, several times."""
    with deploy() as deployment:
        before = deployment.megabytes()
        waits = sorted(_wait_for_one(deployment) for _ in range(_LOW_LOAD))
        runs, bare = [], []
        for _round in range(_ROUNDS):
            runs.append(_run(deployment, messages))
            bare.append(send(deployment.bare_port, connections=CONNECTIONS, seconds=_BARE_SECONDS))
        return Line(
            deployment.name,
            messages,
            statistics.median(rate for rate, _ in runs),
            Sent.median([sent for _, sent in runs]),
            Sent.median(bare).rate,
            statistics.median(waits) * 1000,
            waits[int(len(waits) * 0.99)] * 1000,
            before,
            deployment.megabytes(),
        )


def _run(deployment: Deployment, messages: int) -> tuple[float, Sent]:
    """Rate of the whole line, and what the senders saw."""
    charted = _count(deployment) + messages
    sent = send(deployment.port, connections=CONNECTIONS, messages=messages)
    end = time.monotonic() + _PATIENCE
    while _count(deployment) < charted:
        if time.monotonic() > end:
            raise RuntimeError(f"{deployment.name}: {charted - _count(deployment)} messages are not charted")
        time.sleep(0.05)
    taken = time.time() - sent.started_at
    with deployment.database.connect() as connection:
        proposed = connection.scalar(_PROPOSED)
    if proposed != charted:
        raise RuntimeError(f"{deployment.name}: {charted} messages, but {proposed} candidates {_CODE}")
    return messages / taken, sent


def _wait_for_one(deployment: Deployment) -> float:
    """Seconds from sending a message to its candidate; a reader of the database looks again and again."""
    time.sleep(_PAUSE)
    looking = deployment.database.execution_options(isolation_level="AUTOCOMMIT")
    with looking.connect() as look, Connection("127.0.0.1", deployment.port) as sender:
        newest = look.scalar(_NEWEST)
        started = time.perf_counter()
        sender.exchange(message(f"{time.time_ns():x}"))
        while look.scalar(_NEWEST) == newest:
            if time.perf_counter() > started + _PATIENCE:
                raise RuntimeError(f"{deployment.name}: no candidate came")
            time.sleep(0.0005)
        return time.perf_counter() - started


def _count(deployment: Deployment) -> int:
    with deployment.database.connect() as connection:
        return connection.scalar(_CHARTED) or 0
