"""Statistics of days that begin at the facility's midnight."""

from datetime import date

from service.domain.local_days import LocalDays
from service.pipeline.statistics import statistics_of
from tests.integration.pipeline.conftest import a_line, approve

MIDNIGHT_OF_10_JANUARY = 1_799_539_200.0  # UTC
HOUR = 3_600.0


def test_what_was_approved_in_the_evening_counts_for_the_day_that_began_there(database, put, coder, clock):
    clock.now = MIDNIGHT_OF_10_JANUARY + 25 * HOUR  # 20:00 of the day in New York, and tomorrow in UTC
    approve(database, coder, *put(a_line("t")))
    with database.look() as store:
        found = statistics_of(store, "main", 2, LocalDays(zones={"main": "America/New_York"}))
    assert [(each.day, each.approved) for each in found.days] == [
        (date(2027, 1, 9), 0),
        (date(2027, 1, 10), 1),
    ]
    assert found.to_approval.median == 20 / 24
