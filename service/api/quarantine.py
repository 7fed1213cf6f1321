"""Quarantine: messages that nothing could be done with; looked at, replayed after a fix, or discarded."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from service.api.access import Operator, has
from service.api.inputs import In, Moment, Reason, shown
from service.api.once import Answer, OnceOf
from service.api.parts import PartsOf
from service.api.schemas import document_out, moment
from service.domain.errors import WrongState
from service.jobs import CHART
from service.pipeline.advice import advice_on
from service.pipeline.feeds import NO_FEED
from service.pipeline.replay import Replayed, Replaying, replay_chosen, replay_one, replay_these
from service.store import Store
from service.store.quarantine import Discard, Quarantined, Which
from service.store.transaction import AuditEntry

router = APIRouter(prefix="/v1/quarantine", tags=["operations"])
_AT_MOST = 1000  # messages that one request replays


class Kind(BaseModel):
    """A kind of messages in quarantine; what is left out chooses nothing."""

    model_config = ConfigDict(extra="forbid")

    feed: Annotated[str | None, Field(max_length=64, description=f"{NO_FEED}: no feed took them")] = None
    reason: Annotated[str, Field(max_length=200, description="A part of the reason")] = ""
    since: Moment | None = None

    def which(self, facility: str) -> Which:
        """As the store is asked."""
        feed = "" if self.feed == NO_FEED else self.feed
        since = self.since.timestamp() if self.since else 0.0
        return Which(facility, feed=feed, reason=self.reason, since=since)


class Chosen(Kind):
    """A page of a kind."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    before: Annotated[int | None, Field(ge=1, le=2**62)] = None


class Selection(Kind):
    """Which messages to replay: by id (whatever became of them), or those in quarantine of a kind."""

    model_config = ConfigDict(strict=True) | shown(feed="-", reason="no feed", dry_run=True)

    ids: Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=_AT_MOST)] = []
    after: Annotated[int, Field(ge=0, le=2**62)] = 0
    dry_run: bool = False


class QuarantinedOut(BaseModel):
    """A message that was set aside, and why, without the patient."""

    event: str
    sequence: int
    feed: str
    sender: str  # MSH-3|MSH-4, or the API client; "" = its MSH was not read
    peer: str  # HOST:PORT that it came from over MLLP, or the API client; "" = neither
    message_type: str
    control_id: str
    received_at: datetime
    state: str  # quarantined or discarded
    reason: str
    advice: str  # what would help


class QuarantinePage(BaseModel):
    """A page of the quarantine; `next` asks for the one after it."""

    items: list[QuarantinedOut]
    next: str | None


class DiscardOut(BaseModel):
    """Who discarded it, when and why."""

    by: str
    at: datetime
    reason: str


class QuarantinedDetail(QuarantinedOut):
    """A message that was set aside; its words only for those who may read patient data."""

    text: str | None
    discard: DiscardOut | None


class ReplayOut(BaseModel):
    """What came of it. `more`: there may be others beyond the last; ask again with `after`: it."""

    again: int
    left: dict[str, int]  # why messages stay in quarantine -> how many
    last: int
    more: bool


class ReceivedOut(BaseModel):
    """A message that waits for its reader again."""

    event: str
    state: str


class Discarding(In):
    """Why nothing more is to be done with a message."""

    model_config = shown(reason="a test of the interface engine")

    reason: Reason


@router.get("")
def list_quarantine(
    request: Request,
    response: Response,
    parts: PartsOf,
    user: Operator,
    chosen: Annotated[Chosen, Query()],
) -> QuarantinePage:
    """Messages that nothing could be done with, newest first, and why."""
    with parts.database.look() as store:
        found = store.quarantine.page(chosen.which(user.facility), limit=chosen.limit, before=chosen.before)
    next_page = None
    if len(found) == chosen.limit:
        next_page = str(request.url.include_query_params(before=found[-1].sequence))
        response.headers["Link"] = f'<{next_page}>; rel="next"'
    return QuarantinePage(items=[_told(each) for each in found], next=next_page)


@router.get("/{identifier}")
def show_quarantined(identifier: str, parts: PartsOf, user: Operator) -> QuarantinedDetail:
    """One message that was set aside. Its words are shown to whom may read them; that is audited."""
    with parts.database.transaction() as store:
        found, discard = store.quarantine.get(identifier, user.facility)
        text = None
        if has(user, "read"):
            text = document_out(store.events.get(identifier, user.facility)).text
            store.audit(AuditEntry(found.facility, "review", user.name, "read", "event", identifier))
        else:
            discard = None  # in words of a person, which may be about a patient
    return QuarantinedDetail(**_told(found).model_dump(), text=text, discard=_discarded(discard))


@router.post("/replay", status_code=202)
def replay_many(body: Selection, parts: PartsOf, user: Operator) -> ReplayOut:
    """Read messages again, after their cause was mended; `dry_run` tells what would be."""
    how = Replaying(by=user.name, dry_run=body.dry_run, after=body.after, most=_AT_MOST)
    if body.ids:
        done = replay_these(parts.database, body.ids, user.facility, how)
        more = False
    else:
        done = replay_chosen(parts.database, body.which(user.facility), how)
        more = done.looked_at == _AT_MOST
    if done.again and not body.dry_run:
        parts.door.wake(CHART)
    return _replayed(done, more=more)


@router.post("/{identifier}/replay", status_code=202, response_model=ReceivedOut)
def replay(identifier: str, parts: PartsOf, user: Operator, once: OnceOf) -> Response:
    """Read a message again, after its cause was mended."""

    def received(store: Store) -> Answer:
        problem = replay_one(store, identifier, user.facility, Replaying(user.name))
        if problem:
            raise WrongState(f"it is not replayed: {problem}")
        return Answer(ReceivedOut(event=identifier, state="received"), 202)

    answered = once.do(received)
    parts.door.wake(CHART)
    return answered


@router.post("/{identifier}/discard", response_model=QuarantinedOut)
def discard(identifier: str, body: Discarding, user: Operator, once: OnceOf) -> Response:
    """Say that nothing more is to be done with a message; it is kept."""

    def discarded(store: Store) -> Answer:
        store.quarantine.discard(identifier, user.facility, body.reason, by=user.name)
        found, _ = store.quarantine.get(identifier, user.facility)
        return Answer(_told(found))

    return once.do(discarded)


def _told(found: Quarantined) -> QuarantinedOut:
    return QuarantinedOut(
        event=found.id,
        sequence=found.sequence,
        feed=found.feed or NO_FEED,
        sender=found.sender,
        peer=found.peer,
        message_type=found.message_type,
        control_id=found.control_id,
        received_at=moment(found.received_at),
        state=found.state,
        reason=found.reason,
        advice=advice_on(found.reason),
    )


def _discarded(discard: Discard | None) -> DiscardOut | None:
    return DiscardOut(by=discard.by, at=moment(discard.at), reason=discard.reason) if discard else None


def _replayed(done: Replayed, *, more: bool) -> ReplayOut:
    return ReplayOut(again=done.again, left=dict(done.left), last=done.last, more=more)
