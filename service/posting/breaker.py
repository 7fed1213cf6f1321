"""A receiver that is away is let be for a while: thousands of charges need not all find that out."""

import random
import threading
import time
from collections.abc import Callable

from service.domain.answers import Patience


class Breaker:
    """Opens after some failures in a row; then a try may pass after each pause, until one succeeds."""

    def __init__(self, patience: Patience, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._clock = clock
        self._failures = 0
        self._shut_until = 0.0
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether the receiver is let be."""
        return self._failures >= self._patience.open_after

    def allows(self) -> bool:
        """Whether to try now."""
        return not self.is_open or self._clock() >= self._shut_until

    def succeeded(self) -> None:
        """The receiver answered."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """The receiver could not be reached, or did not answer."""
        with self._lock:
            self._failures += 1
            if self.is_open:
                self._pause()

    def _pause(self) -> None:
        more = min(self._failures - self._patience.open_after, 20)
        seconds = min(self._patience.longest, self._patience.first * 2.0**more)
        self._shut_until = self._clock() + seconds * random.uniform(0.5, 1.0)  # noqa: S311
