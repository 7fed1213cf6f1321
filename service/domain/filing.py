"""Timely filing: within how many days of the service a payer takes a claim. It changes no code."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_LAST = "9999-12-31"


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


def file_by(limits: Sequence[FilingLimits], payer: str, service_date: str) -> date | None:
    """The last day on which a claim is taken; None = not known."""
    for each in limits:
        if service_date and each.holds(service_date):
            days = each.days.get(payer, each.otherwise)
            return None if days is None else date.fromisoformat(service_date) + timedelta(days=days)
    return None


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
