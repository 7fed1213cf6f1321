"""Dates in a text, held against the day of service."""

import pytest

from service.mapping.narrative.marks import EARLIER, LATER, TODAY
from service.mapping.narrative.words import cut

DATES = [
    ("02/27/2026", EARLIER),
    ("2/27/26", EARLIER),
    ("2026-02-27", EARLIER),
    ("20260227", EARLIER),
    ("27.02.2026", EARLIER),
    ("Feb 27, 2026", EARLIER),
    ("Feb. 27th, 2026", EARLIER),
    ("27 February 2026", EARLIER),
    ("27-Feb-2026", EARLIER),
    ("03/02/2026", TODAY),
    ("02/03/2026", TODAY),  # the day before the month: it may be that day
    ("March 2nd, 2026", TODAY),
    ("3/4/2026", LATER),
    ("5 March 2026", LATER),
]


@pytest.mark.parametrize(("text", "mark"), DATES)
def test_a_date_is_before_on_or_after_the_day_of_service(text: str, mark: str) -> None:
    assert cut(f"on {text}.", {"2026-03-02"}).words == ("on", mark, ".")


def test_without_a_day_of_service_no_date_is_before_it() -> None:
    assert cut("on 02/27/2026").words == ("on", LATER)


@pytest.mark.parametrize("text", ["1/2 ml", "L4-5", "13/45/2026", "1.2.3", "120/80", "March 2019", "2019"])
def test_no_date(text: str) -> None:
    assert not cut(text, {"2026-03-02"}).days


def test_the_numbers_of_a_date_are_none_of_the_text() -> None:
    words = cut("On Feb 27, 2026 5 mg", {"2026-03-02"})
    assert [number.value for number in words.numbers.values()] == [5]
    assert words.days == {1: "2026-02-27"}
