"""Statistics of the queue: how much is decided, how often as proposed, and how long a charge takes."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from service.domain.auto_approval import settled
from service.domain.charge import Verdict
from service.domain.local_days import LocalDays
from service.store import Store
from service.store.statistics import Decided, Way

_DAY = 86_400.0
_KINDS = {
    Verdict.APPROVE: "approved",
    Verdict.CHANGE: "changed",
    Verdict.REJECT: "rejected",
}


@dataclass(frozen=True, slots=True)
class DayOfWork:
    """How much was decided on one day of the facility."""

    day: date
    approved: int = 0
    changed: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class RowAccepted:
    """What people made of the lines of one row."""

    table: str
    row: int
    decided: int
    accepted: int  # approved as they stood


@dataclass(frozen=True, slots=True)
class Spread:
    """Times in days: of the charge in the middle, and of nine in ten; None = there are none."""

    count: int
    median: float | None
    nine_in_ten: float | None


@dataclass(frozen=True, slots=True)
class QueueStatistics:
    """What happened in the last days."""

    days: tuple[DayOfWork, ...]  # each day, the oldest first
    rows: tuple[RowAccepted, ...]  # those with the most decisions first
    to_approval: Spread  # from the day of service
    to_posting: Spread  # from the approval


def statistics_of(store: Store, facility: str, days: int, calendar: LocalDays) -> QueueStatistics:
    """Count what happened in the last days, today among them."""
    first = calendar.of(store.now, facility) - timedelta(days=days - 1)
    since = calendar.midnight(first, facility)
    decided = list(store.statistics.decided(facility, since))
    counted = _counted(decided, lambda at: calendar.of(at, facility))
    ways = store.statistics.ways(facility, since)
    return QueueStatistics(
        days=tuple(
            DayOfWork(day, **counted[day]) for day in (first + timedelta(days=n) for n in range(days))
        ),
        rows=tuple(_rows(decided)),
        to_approval=_spread(_to_approval(way, facility, calendar) for way in ways if way.service_date),
        to_posting=_spread((way.posted_at - way.approved_at) / _DAY for way in ways if way.posted_at),
    )


def _counted(decided: Iterable[Decided], day_of: Callable[[float], date]) -> dict[date, Counter[str]]:
    counted: dict[date, Counter[str]] = defaultdict(Counter)
    for each in decided:
        for verdict, _by, at in each.verdicts:
            if verdict in _KINDS:
                counted[day_of(at)][_KINDS[verdict]] += 1
    return counted


def _rows(decided: Iterable[Decided]) -> list[RowAccepted]:
    counted: dict[tuple[str, int], Counter[Verdict]] = defaultdict(Counter)
    for each in decided:
        last = settled([(verdict, by) for verdict, by, _at in each.verdicts])
        if last is not None and each.table:
            counted[each.table, each.row][last] += 1
    rows = [RowAccepted(*row, found.total(), found[Verdict.APPROVE]) for row, found in counted.items()]
    return sorted(rows, key=lambda row: (-row.decided, row.table, row.row))


def _to_approval(way: Way, facility: str, calendar: LocalDays) -> float:
    done = calendar.midnight(date.fromisoformat(way.service_date), facility)
    return max(0.0, (way.approved_at - done) / _DAY)


def _spread(times: Iterable[float]) -> Spread:
    found = sorted(times)
    if not found:
        return Spread(0, None, None)
    return Spread(len(found), statistics.median(found), found[int(0.9 * (len(found) - 1))])
