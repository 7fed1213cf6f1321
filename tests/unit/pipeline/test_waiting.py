"""How long until something is tried again."""

import pytest

from service.pipeline.waiting import backoff


def waits(attempts, **limits):
    return [backoff(attempts, **limits) for _ in range(50)]


@pytest.mark.parametrize(("attempts", "nominal"), [(1, 2), (2, 4), (3, 8), (8, 256), (9, 300), (4000, 300)])
def test_it_doubles_up_to_the_longest_and_no_two_wait_alike(attempts, nominal):
    found = waits(attempts, first=2.0, longest=300.0)
    assert all(nominal / 2 <= wait <= nominal for wait in found)
    assert len(set(found)) > 1, "who waited for the same receiver would come back all at once"
