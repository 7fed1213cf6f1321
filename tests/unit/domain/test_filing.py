"""Filing limits: the last day, and which lines are due; both say the same of every line."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.filing import FilingLimits, due_within, file_by, runs

OLD = FilingLimits("old", "2025-01-01", "2025-12-31", {"medicare": 365}, None)
NEW = FilingLimits("new", "2026-01-01", "", {"medicare": 365, "commercial": 90}, 60)
TODAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("payer", "day", "last"),
    [
        pytest.param("commercial", "2026-03-01", date(2026, 5, 30), id="its own limit"),
        pytest.param("medicaid", "2026-03-01", date(2026, 4, 30), id="of no kind that is listed"),
        pytest.param("", "2026-03-01", date(2026, 4, 30), id="no payer is documented"),
        pytest.param("medicare", "2025-12-31", date(2026, 12, 31), id="by the file of its day"),
        pytest.param("commercial", "2025-12-31", None, id="nothing is noted of it"),
        pytest.param("medicare", "", None, id="no day is documented"),
        pytest.param("medicare", "2024-12-31", None, id="before all files"),
    ],
)
def test_the_last_day_is_counted_from_the_service(payer, day, last):
    assert file_by((OLD, NEW), payer, day) == last


@given(
    payer=st.sampled_from(["", "medicare", "commercial", "medicaid"]),
    day=st.dates(date(2024, 11, 1), date(2026, 7, 1)),
    within=st.integers(-1, 400),
)
def test_a_line_is_due_exactly_when_so_few_days_are_left(payer, day, within):
    last = file_by((OLD, NEW), payer, day.isoformat())
    is_due = last is not None and last - TODAY <= timedelta(days=within)
    found = [
        each
        for each in due_within((OLD, NEW), TODAY, within)
        if (payer in each.payers) is not each.are_excluded and each.since <= day.isoformat() <= each.until
    ]
    assert bool(found) is is_due


PAYERS = st.sampled_from(["", "medicare", "commercial", "medicaid"])
DAYS = st.dates(date(1999, 1, 1), date(2027, 7, 1)).map(date.isoformat) | st.sampled_from(["", "2000-02-29"])


def run_of(payer, day):
    (found,) = (each for each in runs((OLD, NEW), payer) if each.since <= day < each.before)
    return found


@given(payer=PAYERS, day=DAYS)
def test_every_day_has_one_limit_and_a_place_that_leads_back_to_it(payer, day):
    run = run_of(payer, day)
    place = run.place(day)
    assert date.fromisoformat(place), "it can be a cursor"
    assert run.service_date(place) == day
    last = file_by((OLD, NEW), payer, day)
    assert place == last.isoformat() if last else place >= "4000"


@given(payer=PAYERS, days=st.lists(DAYS, min_size=2, max_size=2), other=PAYERS, elsewhere=DAYS)
def test_places_go_up_with_days_and_the_place_of_another_payer_cuts_where_it_stands(
    payer, days, other, elsewhere
):
    first, second = sorted(days)
    run = run_of(payer, second)
    if run.since <= first:
        assert run.place(first) <= run.place(second)
    cut = run_of(other, elsewhere).place(elsewhere)
    since = run.service_date(cut)
    assert (since is None or second > since) == (run.place(second) > cut)
