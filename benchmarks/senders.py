"""Senders: run the load from a process of its own, and read what it saw."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from benchmarks.processes import ended


@dataclass(frozen=True)
class Sent:
    """What the senders of one run saw, or the medians of several runs."""

    started_at: float  # seconds since the epoch
    rate: float  # acknowledged messages a second
    p50_ms: float  # from sending a message to its ACK
    p99_ms: float

    @classmethod
    def median(cls, runs: Sequence[Self]) -> Self:
        """The median of each figure."""
        rate = statistics.median(run.rate for run in runs)
        p50 = statistics.median(run.p50_ms for run in runs)
        return cls(runs[0].started_at, rate, p50, statistics.median(run.p99_ms for run in runs))


def send(port: int, *, connections: int, seconds: float = 3600, messages: int = 0) -> Sent:
    """Send for some seconds, or so many messages, the next on a connection when the last is answered."""
    given = {"port": port, "connections": connections, "seconds": seconds, "messages": messages}
    options = [part for name, value in given.items() for part in (f"--{name}", str(value))]
    told = json.loads(ended(["-m", "benchmarks.load", *options]))
    if told["refused"] or not told["acknowledged"]:
        raise RuntimeError(f"not every message was accepted: {told}")
    rate = told["acknowledged"] / told["seconds"]
    return Sent(told["started_at"], rate, told["p50_ms"], told["p99_ms"])
