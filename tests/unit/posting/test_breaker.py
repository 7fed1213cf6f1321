"""A receiver that is away is let be, and tried again."""

import pytest

from service.domain.answers import Patience
from service.posting.breaker import Breaker


class Clock:
    """Stands until it is moved."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def breaker_of(clock, failures):
    breaker = Breaker(Patience(first=2.0, longest=60.0, open_after=3), clock)
    for _ in range(failures):
        breaker.failed()
    return breaker


def test_it_opens_after_failures_in_a_row_and_lets_a_try_pass_after_a_pause(clock):
    assert breaker_of(clock, 2).allows()
    breaker = breaker_of(clock, 3)
    assert not breaker.allows()
    clock.now += 2.0
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows(), "it failed again"


def test_one_answer_shuts_it_and_what_failed_before_no_longer_counts(clock):
    breaker = breaker_of(clock, 3)
    breaker.succeeded()
    assert breaker.allows()
    breaker.failed()
    breaker.failed()
    assert breaker.allows()


def test_the_pause_grows_to_its_longest_and_no_further(clock):
    breaker = breaker_of(clock, 30)
    clock.now += 29.9  # half of the longest, at least
    assert not breaker.allows()
    clock.now += 30.1
    assert breaker.allows()
