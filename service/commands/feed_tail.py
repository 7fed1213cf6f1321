"""feeds tail: what arrives, line by line, as it arrives. No word of what the messages say."""

import re
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from service.commands.options import Data
from service.domain.errors import InputError, TryAgainLater
from service.domain.event import Format
from service.hl7 import read_ack
from service.pipeline.feeds import NO_FEED
from service.store import Database
from service.store.arrivals import Passed
from service.wiring.database import current_database
from service.wiring.given_settings import read_settings

_PAGE = 500
_LOOK_SECONDS = 0.5
_OVERLAP = 200  # of several that are stored at once, the first may be seen last
_FOLLOWED = 2000  # messages that are looked at again until they have been read
#: Head of a column -> how wide it is.
_WIDTHS = {
    "came at": len("2026-03-11T08:00:00.000Z"),
    "feed": 20,
    "type": len("ORU^R01"),
    "control id": 12,
    "sender": 20,
    "answer": 6,
    "state": len("quarantined"),
    "lag": 0,
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # what a sender's name must not do to a terminal


def tail(
    *,
    feed: Annotated[str | None, typer.Option(help=f"Of this feed; {NO_FEED} = that no feed takes")] = None,
    last: Annotated[int, typer.Option(help="Begin so many messages back", min=0, max=_FOLLOWED)] = 10,
    data: Data = None,
) -> None:
    """Print a line for each message that arrives, and another once it has been read; Ctrl-C ends it."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    database = current_database(read_settings(data=data))
    follower = Follower(database, "" if feed == NO_FEED else feed, last)
    sys.stdout.write(_aligned(*_WIDTHS) + "\n")
    while True:
        try:
            for line in follower.look():
                sys.stdout.write(line + "\n")
        except TryAgainLater as error:
            sys.stderr.write(f"charge-capture: {error}; looking again\n")
        sys.stdout.flush()
        if stopped.wait(_LOOK_SECONDS):
            break
    database.close()


class Follower:
    """Remembers what was told, and tells what is new."""

    def __init__(self, database: Database, feed: str | None, last: int) -> None:
        self._database = database
        self._feed = feed
        with database.look() as store:
            self._after = max(0, store.arrivals.newest() - last)
            before = store.arrivals.after(self._after - _OVERLAP, feed=feed, limit=_OVERLAP)
        self._told = deque((each.id for each in before if each.sequence <= self._after), maxlen=_FOLLOWED)
        self._unread: deque[Passed] = deque(maxlen=_FOLLOWED)

    def look(self) -> Iterator[str]:
        """The lines for what came, and for what was read, since the last look."""
        with self._database.look() as store:
            unread = [each.id for each in self._unread]
            states = store.arrivals.states(unread) if unread else {}
            came = store.arrivals.after(self._after - _OVERLAP, feed=self._feed, limit=_PAGE)
            now = store.now
        for each in [each for each in self._unread if states.get(each.id, "received") != "received"]:
            self._unread.remove(each)
            yield _line(each, states[each.id], now)
        for each in [each for each in came if each.id not in self._told]:
            self._told.append(each.id)
            self._after = max(self._after, each.sequence)
            if each.state == "received":
                self._unread.append(each)
            yield _line(each, each.state, now)


def _line(passed: Passed, state: str, now: float) -> str:
    at = datetime.fromtimestamp(passed.received_at, UTC).isoformat(timespec="milliseconds")
    lag = f"{max(0.0, now - passed.received_at):.1f} s"
    return _aligned(
        at.replace("+00:00", "Z"),
        passed.feed or NO_FEED,
        passed.message_type or "?",
        passed.control_id or "-",
        passed.sender or "-",
        _answer_code(passed),
        state,
        lag,
        *(["control id used before"] if passed.reused else []),
        *([f"MSH-13: {passed.sequencing}"] if passed.sequencing else []),
    )


def _aligned(*cells: str) -> str:
    """Cells below their heads, as far as they are no wider; nothing is cut."""
    widths = [*_WIDTHS.values(), *[0] * len(cells)]
    line = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=False))
    return _CONTROL.sub(" ", line.rstrip())


def _answer_code(passed: Passed) -> str:
    """MSA-1 of the acknowledgement; of a FHIR answer, whether it is an error."""
    if passed.format == Format.FHIR:
        return "error" if b'"severity":"error"' in passed.answer else "ok"
    try:
        return read_ack(passed.answer).code if passed.answer else "no ACK"
    except InputError:
        return "?"
