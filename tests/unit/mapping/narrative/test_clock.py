"""Clock times: which half of the day a text means, and what is no time at all."""

import pytest

from service.mapping.narrative.marks import EARLIER, TIME, TODAY, UNCLEAR_TIME
from service.mapping.narrative.words import cut


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("from 0910 to 1035", ["09:10", "10:35"]),
        ("0910-1035", ["09:10", "10:35"]),
        ("start time: 1400, stop time: 1435", ["14:00", "14:35"]),
        ("9:10 AM until 1:05 p.m.", ["09:10", "13:05"]),
        ("from 9:10 a.m. to 10 a.m.", ["09:10", "10:00"]),
        ("12:05 am and 12:05 pm", ["00:05", "12:05"]),
        ("9:10 and 14:05", ["09:10", "14:05"]),
        ("09:10 and 10:35", ["09:10", "10:35"]),
        ("at 1400 hours", ["14:00"]),
        ("14:05:30", ["14:05"]),
    ],
)
def test_times(text: str, times: list[str]) -> None:
    assert list(cut(text).times.values()) == times


@pytest.mark.parametrize(
    "text",
    [
        "9:10 to 10:35",  # morning or evening
        "25:10",
        "13 am",
        "1:200,000",
        "from 1000 to 1500 mL",
        "started 1000 mg",
        "from 2010 to 2015",  # years
        "in 1930",
        "room 1412",
    ],
)
def test_no_times(text: str) -> None:
    found = cut(text)
    assert not found.times
    assert TIME not in found.words


def test_a_time_without_its_half_of_the_day_is_marked() -> None:
    assert cut("9:10 to 10:35 AM").words == (UNCLEAR_TIME, "to", TIME)


def test_a_quantity_behind_a_range_is_still_of_a_range() -> None:
    (first, second) = cut("from 1000 to 1500 mg").numbers.values()
    assert first.vague
    assert second.vague


def test_a_full_stop_behind_pm_ends_a_sentence_unless_the_stretch_goes_on() -> None:
    assert cut("at 9 a.m. it ran").words == ("at", TIME, ".", "it", "ran")
    assert cut("9 a.m. to 10 a.m. and").words == (TIME, "to", TIME, ".", "and")


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("on 3/2", TODAY),
        ("on 2/3", TODAY),  # day before month
        ("3/2 at 0910", TODAY),
        ("on 3/1", EARLIER),
        ("on 12/28", EARLIER),  # of last year, or it is no date of this visit
    ],
)
def test_dates_without_a_year(text: str, mark: str) -> None:
    assert mark in cut(text, {"2026-03-02"}).words


def test_a_fraction_is_no_date() -> None:
    assert not cut("strength 5/5, pain 3/10, 1/2 of it", {"2026-03-02"}).days
