"""Dates and times keep the precision they were sent with, and fall on the facility's day."""

import pytest

from service.mapping.documented.moments import age_in_years, local_date, local_moment, local_time

CHICAGO = "America/Chicago"


@pytest.mark.parametrize(
    ("text", "zone", "day"),
    [
        ("20260310", CHICAGO, "2026-03-10"),
        ("2026-03-10", CHICAGO, "2026-03-10"),
        ("202603102350", CHICAGO, "2026-03-10"),
        ("20260310235000.1234-0500", CHICAGO, "2026-03-10"),
        ("2026-03-11T04:30:00Z", CHICAGO, "2026-03-10"),  # still the evening before by the local clock
        ("20260311043000+0000", CHICAGO, "2026-03-10"),
        ("2026-03-11T04:30:00Z", "", "2026-03-11"),
    ],
)
def test_a_day_is_the_facilitys_day(text: str, zone: str, day: str) -> None:
    assert local_date(text, zone) == day


@pytest.mark.parametrize("text", ["2026", "202603", "2026-03", "20261310", "20260310x", "yesterday", ""])
def test_what_says_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  whichever reader refuses it
        local_date(text, CHICAGO)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("202603101130", "2026-03-10T11:30:00-05:00"),
        ("202601101130", "2026-01-10T11:30:00-06:00"),  # winter time
        ("20260310113015-0700", "2026-03-10T11:30:15-07:00"),
        ("2026-03-10T11:30:00Z", "2026-03-10T11:30:00+00:00"),
    ],
)
def test_a_time_without_an_offset_is_the_feeds_own(text: str, moment: str) -> None:
    assert local_time(text, CHICAGO) == moment


@pytest.mark.parametrize(
    ("text", "zone"), [("20260310", CHICAGO), ("2026-03-10", CHICAGO), ("202603101130", "")]
)
def test_a_day_is_not_midnight_and_a_clock_needs_a_zone(text: str, zone: str) -> None:
    with pytest.raises(ValueError, match="without"):
        local_time(text, zone)


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        ("2020-03-11", "2026-03-10", 5),
        ("2020-03-10", "2026-03-10", 6),
        ("2020-02-29", "2026-02-28", 5),
        ("2020", "2026-03-10", None),
        ("", "2026-03-10", None),
        ("2027-01-01", "2026-03-10", None),
    ],
)
def test_age_counts_whole_years(born: str, day: str, years: int | None) -> None:
    assert age_in_years(born, day) == years


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20260310", "2026-03-10"),
        ("2026-03-10", "2026-03-10"),
        ("202603101130", "2026-03-10T11:30:00-05:00"),
    ],
)
def test_where_a_day_suffices_it_stays_a_day(text: str, moment: str) -> None:
    assert local_moment(text, CHICAGO) == moment
