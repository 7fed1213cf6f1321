"""The waker: lets a worker come for what has just been committed."""

import time
from concurrent.futures import ThreadPoolExecutor

import structlog

from service import jobs
from service.domain.errors import TryAgainLater
from service.store import Database

#: Between two looks at the bell, while messages stream in.
_BREATH = 0.01
_log = structlog.get_logger()


class Waker:
    """Rings for queues from a thread of its own: neither bell nor broker holds up an ACK."""

    def __init__(self, database: Database, forgotten_after: float) -> None:
        self._database = database
        self._forgotten_after = forgotten_after
        self._asked: set[str] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="waker")

    def wake(self, queue: str) -> None:
        """Let a worker come, soon, for what has just been committed; one ring serves all who ask meanwhile.

        Called within the commit it could find a bell that a worker answers, and looks away from, before the
        commit is there to be seen.
        """
        if queue not in self._asked:
            self._asked.add(queue)
            self._thread.submit(self._wake, queue)

    def _wake(self, queue: str) -> None:
        self._asked.discard(queue)  # before the look: who commits after it asks again
        try:
            if self._ring(queue):
                jobs.wake(jobs.workers_app(), queue)
            else:
                time.sleep(_BREATH)
        except TryAgainLater as error:
            _log.warning("bell not rung", queue=queue, reason=str(error))  # the sweep will

    def _ring(self, queue: str) -> bool:
        # The look takes no lock, and the answer is mostly that a worker is on its way.
        with self._database.look() as store:
            if not store.bells.silent(queue, forgotten_after=self._forgotten_after):
                return False
        with self._database.transaction() as store:
            return store.bells.ring(queue, forgotten_after=self._forgotten_after)

    def close(self) -> None:
        """Send what was asked for, and stop."""
        self._thread.shutdown()
