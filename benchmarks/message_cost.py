"""What a message costs, part by part, in time of the processor: `python -m benchmarks.message_cost`.

In this process and one thread, on SQLite: no network, no broker, no other process. Each figure is the best of
some rounds, as a shared machine only ever adds to it. Beside it stands how many instructions Python executes,
which are the same on any machine, however busy it is.
"""

import gc
import math
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import thread_time
from types import FrameType
from typing import Any

from benchmarks.load import message
from service.jobs import CHART
from service.mllp import Origin
from service.pipeline.lines import lines_of
from service.settings import Settings
from service.store.candidate_rows import CandidateRows
from service.wiring.opening import open_service
from service.wiring.service import Service

_MESSAGES = 64  # of a part and round
_ROUNDS = 15
_LONG = 3600.0  # seconds
_ORIGIN = Origin("127.0.0.1:1")
Part = tuple[str, Callable[[], Sequence[Any]]]


def _parts(service: Service, run: str) -> Iterator[Part]:
    """Each part works on what the one before it gave."""
    door, reader = service.door, service.reader
    group, alone = _frames(f"{run}-group"), _frames(f"{run}-alone")
    yield f"receive, {len(group)} in a group", lambda: door.receive_frames(group)
    yield "receive, each alone", lambda: [door.receive_frames([frame]) for frame in alone]
    yield "charting, all of it", lambda: _charted(service, len(group) + len(alone))
    door.receive_frames(_frames(f"{run}-parts"))
    with service.database.transaction() as store:
        events = store.events.claim(_MESSAGES, lease=_LONG)  # these are not charted, but looked at
    yield "  read", lambda: [reader.read(event) for event in events]
    said = [reader.read(event).parts for event in events]
    yield "  what the tables say", lambda: [reader.chart(each) for each in said]
    charts = [reader.chart(each) for each in said]
    yield "  lines", lambda: [lines_of(chart) for chart in charts]
    lines = [line for chart in charts for line in lines_of(chart)]
    rows = CandidateRows(service.database.keyring, 0.0)
    yield "  rows, sealed", lambda: [rows.new("main", "", line) for line in lines]


def _frames(run: str) -> list[tuple[bytes, Origin]]:
    return [(message(f"{run}-{n}"), _ORIGIN) for n in range(_MESSAGES)]


def _charted(service: Service, messages: int) -> range:
    while service.drain(CHART):
        pass
    return range(messages)


def _instructions(work: Callable[[], Sequence[Any]]) -> float:
    """How many Python executes for one message."""
    executed = 0

    def trace(frame: FrameType, event: str, _given: object) -> Any:
        nonlocal executed
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        executed += event == "opcode"
        return trace

    sys.settrace(trace)
    try:
        messages = len(work())
    finally:
        sys.settrace(None)
    return executed / messages


def _seconds(work: Callable[[], Sequence[Any]]) -> float:
    gc.collect()
    began = thread_time()
    messages = len(work())
    return (thread_time() - began) / messages


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        service = open_service(Settings(data=Path(folder)))
        best: dict[str, float] = {}
        for n in range(_ROUNDS):
            for name, work in _parts(service, f"r{n}"):
                best[name] = min(_seconds(work), best.get(name, math.inf))
        executed = {name: _instructions(work) for name, work in _parts(service, "counted")}
        service.close()
    for name, seconds in best.items():
        sys.stdout.write(f"{name:28} {seconds * 1e6:7.0f} us {executed[name]:8,.0f} instructions\n")


if __name__ == "__main__":
    main()
