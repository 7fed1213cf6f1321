"""Local days: a day begins at midnight of the facility, not of the server."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from service.domain.feed import Feed


@dataclass(frozen=True, slots=True)
class LocalDays:
    """When days begin, by facility."""

    default: str = "UTC"  # IANA zone of the site
    zones: Mapping[str, str] = field(default_factory=dict)  # of facilities that are known to have another

    def midnight(self, day: date, facility: str) -> float:
        """When a day begins there, in seconds since the epoch."""
        return datetime.combine(day, time(), self._zone(facility)).timestamp()

    def begin(self, now: float, facility: str) -> float:
        """When the day of a moment began there."""
        return self.midnight(self.of(now, facility), facility)

    def of(self, moment: float, facility: str) -> date:
        """The day of a moment there."""
        return datetime.fromtimestamp(moment, self._zone(facility)).date()

    def _zone(self, facility: str) -> ZoneInfo:
        return ZoneInfo(self.zones.get(facility, self.default))


def local_days(feeds: Iterable[Feed], default: str) -> LocalDays:
    """As the feeds that name a facility say; where they do not agree, or none does, the site's zone holds."""
    said: dict[str, set[str]] = defaultdict(set)
    for feed in feeds:
        if feed.facility and feed.timezone:
            said[feed.facility].add(feed.timezone)
    return LocalDays(default, {facility: min(zones) for facility, zones in said.items() if len(zones) == 1})
