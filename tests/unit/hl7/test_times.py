import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.hl7.times import iso_date, version_digits


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("20260115", "202601151030"),
        ("20260115103000", "20260115103000.5"),
        ("20260115103000.1234", "20260115103001"),
        ("20261101013000-0400", "20261101011000-0500"),  # the hour that comes twice
        ("20260115103000+0100", "20260115103000+0000"),
    ],
)
def test_versions_sort_by_time(earlier, later):
    assert version_digits(earlier) < version_digits(later)


@pytest.mark.parametrize("text", ["", "now", "15.01.2026", "٢٠٢٦"])
def test_what_is_no_time_is_no_version_and_no_date(text):
    assert (version_digits(text), iso_date(text)) == ("", "")


@pytest.mark.parametrize("text", ["00010101000000+1400", "20260132000000+0100"])
def test_a_time_that_no_calendar_has_still_sorts(text):
    assert version_digits(text) == text[:14]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("19700131", "1970-01-31"),
        ("19700131103000-0500", "1970-01-31"),
        ("197001", "1970-01"),
        ("1970", "1970"),
        ("19700231", ""),
        ("00000000", ""),
    ],
)
def test_a_date_keeps_the_precision_it_has(text, date):
    assert iso_date(text) == date


@given(st.from_regex(r"\s*[0-9]{0,16}(\.[0-9]{0,7})?([+-][0-9]{0,5})?.{0,3}") | st.text())
def test_any_text_has_a_version_and_a_date_or_neither(text):
    digits, day = version_digits(text), iso_date(text)
    assert digits == "" or (digits.isascii() and digits.isdigit())
    assert day == "" or re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", day)
    assert not (day and not digits)
