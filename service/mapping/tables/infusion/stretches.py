"""Stretches of time and their minutes. By instants: neither midnight nor the change of the clocks matters."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from service.mapping.tables.infusion.administrations import HALF_HOUR, Administration

Stretch = tuple[datetime, datetime]

_MINUTE = timedelta(minutes=1)
_HOUR = 60


def instant(moment: datetime) -> datetime:
    """Two moments of one time zone are subtracted by the clock on the wall, so they are compared in UTC."""
    return moment.astimezone(UTC)


def stretches(several: Iterable[Administration]) -> list[Stretch]:
    """When they ran, without gaps between what overlaps or touches; one without both times is left out."""
    return union((instant(each.start), instant(each.end)) for each in several if each.start and each.end)


def union(given: Iterable[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for start, end in sorted(given):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def without(given: Iterable[Stretch], others: Iterable[Stretch]) -> list[Stretch]:
    """What is left of the first after all of the others is taken out."""
    left = list(given)
    for start, end in others:
        left = [
            part
            for first, last in left
            for part in ((first, min(last, start)), (max(first, end), last))
            if part[0] < part[1]
        ]
    return left


def within(given: list[Stretch], others: list[Stretch]) -> list[Stretch]:
    """What of the first lies in the others."""
    return without(given, without(given, others))


def minutes(given: Iterable[Stretch]) -> int:
    """Whole minutes: the started one does not count."""
    return sum((end - start for start, end in given), timedelta()) // _MINUTE


def gap(one: Stretch, other: Stretch) -> int:
    """Whole minutes between the two; 0 where they meet."""
    return max(one[0] - other[1], other[0] - one[1], timedelta()) // _MINUTE


def further_hours(total: int) -> int:
    """Hours after the first: each needs more than 30 minutes beyond the one before (91 -> 1, 151 -> 2)."""
    return max(0, (total - HALF_HOUR - 1) // _HOUR)
