"""Group commit: one thread commits all that waits, and starts again as soon as it is done. No timer."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import structlog

from service.mllp.framing import Frame

BATCH_FRAMES = 512
BATCH_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a frame came from."""

    address: str  # HOST:PORT
    names: tuple[str, ...] = ()  # of the client certificate, as it was verified


#: (body, origin) of all that waits -> the answers in the same order, once they are committed; b"" = none.
Receive = Callable[[Sequence[tuple[bytes, Origin]]], Sequence[bytes]]

#: (head, problem, HOST:PORT) of what never was a whole frame -> the answer; problem is too long, slow, cut or
#: outside.
Refuse = Callable[[bytes, str, str], bytes]

#: Called in the event loop with the answer; None = the commit failed, and nothing may be acknowledged.
Answered = Callable[[bytes | None], None]

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Waiting:
    frame: Frame
    origin: Origin
    answered: Answered


class GroupCommit:
    """Calls `receive` and `refuse` in one thread of its own, in the order of submission.

    Made, fed and stopped in the event loop. A callback a frame: a Future costs a turn of the loop.
    """

    def __init__(self, receive: Receive, refuse: Refuse) -> None:
        self._receive = receive
        self._refuse = refuse
        self._loop = asyncio.get_running_loop()
        self._waiting: SimpleQueue[_Waiting | None] = SimpleQueue()  # None = stop
        self._thread = threading.Thread(target=self._run, name="mllp-commit", daemon=True)
        self._thread.start()

    def submit(self, frame: Frame, origin: Origin, answered: Answered) -> None:
        """Queue a frame; `answered` is called once its group is committed, or has failed."""
        self._waiting.put(_Waiting(frame, origin, answered))

    async def stop(self, grace: float) -> None:
        """End the thread after the commit it is in; one that hangs is left behind after `grace` seconds."""
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join, grace)

    def _run(self) -> None:
        while batch := self._next_batch():
            answers = self._commit(batch)
            with contextlib.suppress(RuntimeError):  # the loop closed over a commit that hung
                self._loop.call_soon_threadsafe(self._finish, batch, answers)

    def _next_batch(self) -> list[_Waiting]:
        """Wait for a frame, and take all that wait with it; none when it is time to stop."""
        batch: list[_Waiting] = []
        size = 0
        with contextlib.suppress(Empty):
            while len(batch) < BATCH_FRAMES and size < BATCH_BYTES:
                waiting = self._waiting.get(block=not batch)
                if waiting is None:
                    self._waiting.put(None)  # it comes after all frames: seen again when these are done
                    break
                batch.append(waiting)
                size += len(waiting.frame.body)
        return batch

    def _commit(self, batch: list[_Waiting]) -> list[bytes | None]:
        whole = [(waiting.frame.body, waiting.origin) for waiting in batch if not waiting.frame.problem]
        received = iter(self._received(whole) if whole else ())
        return [self._refused(waiting) if waiting.frame.problem else next(received) for waiting in batch]

    def _received(self, messages: list[tuple[bytes, Origin]]) -> Sequence[bytes | None]:
        try:
            answers = self._receive(messages)
        except Exception as error:  # noqa: BLE001 - whatever it is, the thread must live for the next group
            _log_failure("commit failed", error, len(messages))
            return [None] * len(messages)
        if len(answers) != len(messages):
            log.error("commit failed", reason="wrong number of answers", count=len(messages))
            return [None] * len(messages)
        return answers

    def _refused(self, waiting: _Waiting) -> bytes | None:
        frame = waiting.frame
        try:
            return self._refuse(frame.body, frame.problem, waiting.origin.address)
        except Exception as error:  # noqa: BLE001 - as above
            _log_failure("refusing failed", error, 1)
            return None

    def _finish(self, batch: list[_Waiting], answers: list[bytes | None]) -> None:
        for waiting, answer in zip(batch, answers, strict=True):
            try:
                waiting.answered(answer)
            except Exception as error:  # noqa: BLE001 - one connection's trouble is not its neighbours'
                _log_failure("answering failed", error, 1)


def _log_failure(event: str, error: Exception, count: int) -> None:
    """Neither text nor traceback: a database error may quote what it was given."""
    log.error(event, error=type(error).__name__, count=count)
