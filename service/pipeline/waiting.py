"""Waiting: how long until something is tried again."""

import random


def backoff(attempts: int, *, first: float, longest: float) -> float:
    """Seconds until the next attempt: doubling, with jitter so that a returning receiver is not flooded."""
    wait = first * 2.0 ** min(attempts - 1, 20)
    return min(longest, wait) * random.uniform(0.5, 1.0)  # noqa: S311
