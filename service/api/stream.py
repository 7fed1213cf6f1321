"""Server-sent events: which lines changed, as they change. Ids and versions, and nothing of the lines."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Header, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from service.api.access import CandidateReader, is_known
from service.api.examples import answered
from service.api.parts import PartsOf
from service.domain.errors import TryAgainLater
from service.pipeline.changes import Watch
from service.store.worklist import Change

router = APIRouter(prefix="/v1", tags=["review"])


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds: between two looks, between two signs of life, and until the client must ask anew."""

    look: float = 1.0
    heartbeat: float = 15.0
    end: float = 300.0


PACE: Final = Pace()


_EVENT: Final = (
    'event: candidate\nid: 1773241445.500000\ndata: {"id":"0199-line","version":2,"status":"approved"}\n\n'
)


@router.get(
    "/events-stream", response_class=StreamingResponse, responses=answered({"text/event-stream": _EVENT})
)
async def stream(
    request: Request,
    parts: PartsOf,
    user: CandidateReader,
    last_event_id: Annotated[str | None, Header(max_length=32, pattern=r"^\d{1,12}\.\d{6}$")] = None,
) -> StreamingResponse:
    """Changes of the queue as server-sent events, from `Last-Event-ID` on, or from now on.

    `candidate`: {"id", "version", "status"}. `reset`: too much was missed, read the list again.
    """
    watch = Watch(parts.database, user.facility, float(last_event_id) if last_event_id else None)

    def look() -> bytes | None:
        return None if parts.is_stopping() or not is_known(request, parts) else _look(watch)

    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(events(look, PACE), media_type="text/event-stream", headers=headers)


async def events(look: Callable[[], bytes | None], pace: Pace) -> AsyncIterator[bytes]:
    """What is sent, until the stream has lasted long enough, or its user or the service is away (None)."""
    yield b"retry: 1000\n\n"
    quiet = lasted = 0.0
    while lasted < pace.end:
        try:
            told = await run_in_threadpool(look)
        except TryAgainLater:
            told = b""  # the database is away: what changed meanwhile is told when it is back
        if told is None:
            return
        if told:
            yield told
        elif quiet >= pace.heartbeat:
            yield b": heartbeat\n\n"
        quiet = 0.0 if told or quiet >= pace.heartbeat else quiet + pace.look
        lasted += pace.look
        await asyncio.sleep(pace.look)


def _look(watch: Watch) -> bytes:
    found = watch.look()
    if found is None:
        return f"event: reset\nid: {watch.since:.6f}\ndata: {{}}\n\n".encode()
    return b"".join(map(_told, found))


def _told(change: Change) -> bytes:
    data = orjson.dumps({"id": change.id, "version": change.version, "status": change.status})
    return b"event: candidate\nid: %.6f\ndata: %s\n\n" % (change.at, data)
