"""Timely filing: within how many days of the service a payer takes a claim. It changes no code."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

_LAST = "9999-12-31"
_NEVER = "9999-99-99"  # after every day
#: Years by which services without a known limit stand behind the others: a multiple of 400 keeps leap days.
_FAR = 4000
_UNDATED = "4000-01-01"  # before all of these: services without a day


@dataclass(frozen=True, slots=True)
class FilingLimits:
    """A site's note of its payers' limits, for some days of service. Read from mappings/filing/*.yaml."""

    name: str  # of the file
    first_day: str  # of service, ISO
    last_day: str  # "" = still in force
    days: Mapping[str, int]  # kind of payer -> days after the service, the last one included
    otherwise: int | None  # of any other kind, and where none is documented; None = unknown

    def holds(self, day: str) -> bool:
        """Whether it is about a day of service."""
        return self.first_day <= day <= (self.last_day or _LAST)


@dataclass(frozen=True, slots=True)
class Due:
    """Lines whose limit ends soon: of these payers (or of any but these), served within these days."""

    payers: tuple[str, ...]
    are_excluded: bool
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Run:
    """Days of service for which one limit of a payer holds: from the first up to, and without, the last."""

    since: str
    before: str
    days: int | None  # None = no limit is known

    def place(self, service_date: str) -> str:
        """A day by which services of all payers are put in order: the limit; where none is known, late."""
        if not service_date:
            return _UNDATED
        if self.days is None:
            return f"{int(service_date[:4]) + _FAR}{service_date[4:]}"
        return _later(date.fromisoformat(service_date), self.days).isoformat()

    def service_date(self, place: str) -> str | None:
        """The day of service that has a place; None = every day of the run stands behind it."""
        if self.days is not None:
            return _later(date.fromisoformat(place), -self.days).isoformat()
        if place <= _UNDATED:
            return "" if place == _UNDATED else None
        return f"{int(place[:4]) - _FAR:04}{place[4:]}"


def runs(limits: Sequence[FilingLimits], payer: str) -> Iterator[Run]:
    """All days of service, by the limit that a payer has for them."""
    ends = (_later(date.fromisoformat(each.last_day), 1).isoformat() for each in limits if each.last_day)
    starts = sorted({"", *(each.first_day for each in limits), *ends})
    for since, before in pairwise([*starts, _NEVER]):
        yield Run(since, before, _days(limits, payer, since))


def _days(limits: Sequence[FilingLimits], payer: str, service_date: str) -> int | None:
    held = (each for each in limits if service_date and each.holds(service_date))
    return next((each.days.get(payer, each.otherwise) for each in held), None)


def file_by(limits: Sequence[FilingLimits], payer: str, service_date: str) -> date | None:
    """The last day on which a claim is taken; None = not known."""
    days = _days(limits, payer, service_date)
    return None if days is None else _later(date.fromisoformat(service_date), days)


def _later(day: date, days: int) -> date:
    """So many days later, or at the end of the calendar."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def due_within(limits: Sequence[FilingLimits], today: date, days: int) -> Iterator[Due]:
    """Whose limit ends in so many days, or has ended; -1 = those alone whose limit has ended."""
    for each in limits:
        for payers, are_excluded, limit in _rules(each):
            until = (today + timedelta(days=days - limit)).isoformat()
            yield Due(payers, are_excluded, each.first_day, min(until, each.last_day or _LAST))


def _rules(limits: FilingLimits) -> Iterator[tuple[tuple[str, ...], bool, int]]:
    for payer, days in limits.days.items():
        yield (payer,), False, days
    if limits.otherwise is not None:
        yield tuple(limits.days), True, limits.otherwise
