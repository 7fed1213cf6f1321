"""Coverage policies: what each part of one finds wanting, and when it says nothing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.coverage import CoveragePolicy, Covered, Frequency, flags_of, most_within

POLICY = CoveragePolicy(
    "p", "A policy", "site, 2026", frozenset({"99991"}), frozenset({"medicare"}), "2026-01-01"
)
SERVICE = Covered("99991", "2026-03-02", ("medicare",), ("M54.16",), frozenset({"dx"}), ())


def kinds(service=SERVICE, **more):
    return [flag.kind for flag in flags_of(service, [replace(POLICY, **more)])]


@pytest.mark.parametrize("listed", [("M54.16",), ("M54*",), ("G89.4", "M54.1*")])
def test_a_diagnosis_on_the_list_is_well(listed):
    assert kinds(diagnoses=listed) == []


@pytest.mark.parametrize("listed", [("M54.1",), ("M55*",)])
def test_a_diagnosis_that_is_not_on_the_list_and_none_at_all_are_said(listed):
    assert kinds(diagnoses=listed) == ["diagnosis"]
    (flag,) = flags_of(replace(SERVICE, diagnoses=()), [replace(POLICY, diagnoses=listed)])
    assert flag.why == "A policy: no diagnosis is documented"


def test_what_must_be_documented_and_is_not_is_named():
    (flag,) = flags_of(SERVICE, [replace(POLICY, documented=("dx", "imaging.modality"))])
    assert (flag.kind, flag.why) == ("documentation", "A policy: not documented: imaging.modality")


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({"code": "99992"}, {}),
        ({"payers": ("commercial",)}, {}),
        ({"day": "2025-12-31"}, {}),
        ({}, {"last_day": "2026-03-01"}),
    ],
)
def test_a_policy_of_another_code_payer_or_time_says_nothing(changes, days):
    assert kinds(replace(SERVICE, **changes), documented=("imaging.modality",), **days) == []


def test_a_payer_that_is_not_documented_may_be_the_one():
    assert kinds(replace(SERVICE, payers=()), documented=("imaging.modality",)) == ["documentation"]


def often(*days, most=2, length=365, code="99991"):
    others = tuple((code, day) for day in days)
    return kinds(replace(SERVICE, others=others), frequency=Frequency(most, length))


def test_days_of_service_are_counted_before_and_after_in_any_window():
    assert often("2026-01-10", "2026-02-10") == ["frequency"]
    assert often("2026-03-10", "2026-04-10") == ["frequency"]
    assert often("2025-03-02", "2026-02-10") == [], "366 days lie in no window of 365"
    assert often("2025-03-03", "2026-02-10") == ["frequency"]
    assert often("2025-09-01", "2026-09-01") == []
    assert often("2026-03-02", "2026-03-02", most=1) == [], "one day counts once"
    assert often("2026-01-10", "2026-02-10", code="99992") == []


def test_where_the_history_is_not_known_nothing_is_said_of_it():
    assert kinds(replace(SERVICE, others=None), frequency=Frequency(1, 365)) == []


@given(st.sets(st.integers(0, 60), min_size=1), st.integers(1, 30), st.data())
def test_the_most_in_any_window_is_that_of_trying_every_window(numbers, length, data):
    start = date(2026, 1, 1)
    days = {start + timedelta(days=n) for n in numbers}
    day = data.draw(st.sampled_from(sorted(days)))
    windows = [day - timedelta(days=n) for n in range(length)]
    tried = max(sum(w <= each < w + timedelta(days=length) for each in days) for w in windows)
    assert most_within(days, day, length) == tried
