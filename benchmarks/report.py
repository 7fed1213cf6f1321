"""The report: what was measured as Markdown tables, the aims beside the figures."""

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from benchmarks import aims
from benchmarks.deployments import WORKER_PROCESSES
from benchmarks.durable_receive import ECHO, GROUP_COMMIT, OURS, PYTHON_HL7, Received
from benchmarks.the_line import CONNECTIONS, Line

_HEAD = """\
# Speed

`make bench` measures all of this in one run; `python -m benchmarks --write` also writes it down here.
Absolutes drift from machine to machine, ratios hold. Sender, listener, workers and databases share the cores.

Every message is an ORU with twelve OBX, of a new patient and a new procedure, which the generic feed and
the shipped table turn into one candidate. Every sender waits for its ACK before it sends the next message.
Listeners that are compared take turns; each figure is the median of three rounds.

What a message costs, part by part, and what the aims would need:
[decision 0026](../docs/decisions/0026-what-a-message-costs.md).
The figures of the other programs in this folder stand beside what they prove, in `docs/`: reading in
[hl7.md](../docs/hl7.md), notes in [mapping-proof.md](../docs/mapping-proof.md), worklists in
[queue-proof.md](../docs/queue-proof.md), edits in [edits.md](../docs/edits.md).
"""

_RECEIVE = f"""\
## Durable receive

A commit with fsync before each ACK, SQLite with synchronous=FULL. `{OURS}` reads the header, seals
the message, finds duplicates and writes an audit row for each group. `{GROUP_COMMIT}` is a bare
`INSERT` of the bytes for each group, without any of this. `{PYTHON_HL7}` is that library's server with one
`INSERT` and fsync a message. `{ECHO}` stores nothing.
"""

_LINE = f"""\
## The line

From the first byte sent on {CONNECTIONS} connections until every message is charted and its candidate stands
committed in the review queue. Low load is one message at a time, seen by a reader of the database. On
PostgreSQL and Redis (Valkey) the listener, the API, the sweeper and a Celery worker with
{WORKER_PROCESSES} processes run apart. `line / {GROUP_COMMIT}` is the line in rates of a bare group commit
of the same bytes, on as many connections, into a database of the same kind; the two take turns.
"""

_REFERENCE = " and ".join(f"{bare:,} ({name})" for name, (_line, bare) in aims.LINE.items())
_AIMS = f"""\
## Aims

The aims of the line in messages/s were set on a machine of two cores where a bare group commit took
{_REFERENCE} messages/s
on {CONNECTIONS} connections. The aims of `line / {GROUP_COMMIT}` are the quotients of the two: a slower
machine is slower in both, and the work on a message is left. They are no exact measure. Sending a message
is nearly half of the work of a bare group commit: the dearer that is, the easier is such an aim. And where
others use the machine, a bare group commit, which needs both cores at once, loses more than the line: only
the run of a quiet machine counts.
"""

_MEMORY = """\
## Memory

Resident, with children, before the first message and after the last. PostgreSQL and Redis are not counted.
"""


def report(received: Sequence[Received], lines: Sequence[Line], load_before: float) -> str:
    """All of it; `load_before` is the load average of the machine before anything was measured."""
    parts = (
        (_HEAD, _machine(load_before)),
        (_RECEIVE, _receive_table(received)),
        (_LINE, _line_table(lines)),
        (_AIMS, _aims_table(received, lines)),
        (_MEMORY, _memory_table(lines)),
    )
    return "\n".join(f"{text}\n{table}\n" for text, table in parts).rstrip("\n") + "\n"


def _machine(load: float) -> str:
    now = datetime.now(UTC)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    cores = f"{os.cpu_count()} cores (load {load:.1f} before the run)"
    return f"Measured {now:%Y-%m-%d}: {cores}, {python}, {system}."


def _receive_table(received: Iterable[Received]) -> str:
    rows = [
        (
            str(at.connections),
            name,
            f"{sent.rate:,.0f}",
            f"{sent.p50_ms:.2f}",
            f"{sent.p99_ms:.2f}",
            "" if name == OURS else f"{at.ratio(name):.2f}",
        )
        for at in received
        for name, sent in at.sent.items()
    ]
    return _table(("connections", "listener", "messages/s", "p50 ms", "p99 ms", "ours / it"), rows)


def _line_table(lines: Iterable[Line]) -> str:
    rows = [
        (
            line.name,
            f"{line.messages:,}",
            f"{line.rate:,.0f}",
            f"{line.bare_rate:,.0f}",
            f"{line.ratio:.3f}",
            f"{line.sent.rate:,.0f}",
            f"{line.sent.p50_ms:.1f} / {line.sent.p99_ms:.1f}",
            f"{line.low_load_p50_ms:.1f} / {line.low_load_p99_ms:.1f}",
        )
        for line in lines
    ]
    titles = (
        "deployment",
        "messages",
        "charted/s",
        f"{GROUP_COMMIT}/s",
        f"line / {GROUP_COMMIT}",
        "acknowledged/s",
        "ACK p50 / p99 ms",
        "low load: message to candidate p50 / p99 ms",
    )
    return _table(titles, rows)


def _aims_table(received: Iterable[Received], lines: Iterable[Line]) -> str:
    rows = [
        (what, _figure(aim), _figure(found), "met" if found >= aim else "missed")
        for what, aim, found in (*_receive_aims(received), *_line_aims(lines))
    ]
    return _table(("what", "aim", "found", ""), rows)


def _receive_aims(received: Iterable[Received]) -> Iterator[tuple[str, float, float]]:
    for at in received:
        if at.connections > 1:  # alone, each message waits for a commit of its own
            yield f"receive / {GROUP_COMMIT}, {at.connections}", aims.RECEIVE, at.ratio(GROUP_COMMIT)


def _line_aims(lines: Iterable[Line]) -> Iterator[tuple[str, float, float]]:
    for line in lines:
        rate, bare = aims.LINE[line.name]
        yield f"line, {line.name}", rate, line.rate
        yield f"line / {GROUP_COMMIT}, {line.name}", rate / bare, line.ratio


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3f}"


def _memory_table(lines: Iterable[Line]) -> str:
    rows = [
        (line.name, process, f"{before:.0f}", f"{line.megabytes_after[process]:.0f}")
        for line in lines
        for process, before in line.megabytes_before.items()
    ]
    return _table(("deployment", "process", "before, MB", "after, MB"), rows)


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
