"""A day of a facility: from its midnight to its midnight."""

from datetime import UTC, date, datetime

import pytest

from service.domain.event import Format
from service.domain.feed import Feed
from service.domain.local_days import local_days

CHICAGO, BERLIN = "America/Chicago", "Europe/Berlin"


def feed(facility: str, timezone: str) -> Feed:
    return Feed(timezone, Format.HL7V2, ("ORU^R01",), "OBR", facility=facility, timezone=timezone)


FEEDS = (
    feed("north", CHICAGO),
    feed("east", CHICAGO),
    feed("east", BERLIN),
    feed("", CHICAGO),
    feed("west", ""),
)


@pytest.mark.parametrize(
    ("facility", "hour"),
    [("north", 6), ("east", 23), ("west", 23), ("*", 23)],
    ids=["its feeds say so", "its feeds do not agree", "its feed names none", "all facilities"],
)
def test_a_day_begins_at_midnight_of_its_facility(facility: str, hour: int) -> None:
    begins = datetime.fromtimestamp(local_days(FEEDS, BERLIN).midnight(date(2026, 3, 2), facility), UTC)
    assert begins == datetime(2026, 3, 2 if hour == 6 else 1, hour, tzinfo=UTC)


def test_the_evening_belongs_to_the_day_that_began_there() -> None:
    evening = datetime(2026, 3, 3, 1, tzinfo=UTC)  # 19:00 of the day before in Chicago
    days = local_days(FEEDS, "UTC")
    assert days.begin(evening.timestamp(), "north") == days.midnight(date(2026, 3, 2), "north")


def test_the_day_on_which_clocks_change_has_its_own_length() -> None:
    days = local_days(FEEDS, "UTC")
    length = days.midnight(date(2026, 3, 9), "north") - days.midnight(date(2026, 3, 8), "north")
    assert length == 23 * 3600
