"""Handling lines: next one for me, heartbeat, hold, assign, comment, add, split."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from service.api.access import Decider
from service.api.filters import FilterIn
from service.api.handling_inputs import Addition, Assignment, CommentIn, Holding, Next, Split
from service.api.once import Answer, IfMatch, Once, OnceOf, reviewer
from service.api.parts import PartsOf
from service.api.schemas import CandidateOut, CommentOut, candidate_out, moment
from service.domain.review import Candidate
from service.domain.stakes import Stakes
from service.pipeline import by_hand, handling
from service.store import Store

router = APIRouter(prefix="/v1/candidates", tags=["review"])


class LeaseOut(BaseModel):
    """Until when a claim holds."""

    claimed_until: datetime


class LinesOut(BaseModel):
    """Lines that one line was split into: itself, and those beside it."""

    items: list[CandidateOut]


@router.post("/next", response_model=CandidateOut, responses={204: {"description": "Nothing waits"}})
def next_line(user: Decider, once: OnceOf, body: Next | None = None) -> Response:
    """Claim the next line for me: assigned to me first, then to nobody; the oldest first."""
    wanted = ((body.filter if body else None) or FilterIn()).filter(user, once.stakes)

    def work(store: Store) -> Answer:
        line = handling.next_line(store, user, wanted)
        return _shown(line, once.stakes) if line else Answer(None, 204)

    return once.do(work)


@router.post("/{identifier}/heartbeat", response_model=LeaseOut)
def heartbeat(identifier: str, user: Decider, once: OnceOf) -> Response:
    """I am still at work on it: my claim holds for ten more minutes. The line's version stays."""
    return once.do(
        lambda store: Answer(LeaseOut(claimed_until=moment(handling.renew(store, user, identifier))))
    )


@router.post("/{identifier}/hold", response_model=CandidateOut)
def hold(
    identifier: str, body: Holding, parts: PartsOf, user: Decider, once: OnceOf, if_match: IfMatch = None
) -> Response:
    """Put a line aside, until a day of its facility begins or until it is taken up again."""
    who = reviewer(user, identifier, if_match)
    return _do(once, lambda store: handling.hold(store, who, body.reason, body.until, parts.days))


@router.post("/{identifier}/unhold", response_model=CandidateOut)
def unhold(identifier: str, user: Decider, once: OnceOf, if_match: IfMatch = None) -> Response:
    """Take a held line up again."""
    who = reviewer(user, identifier, if_match)
    return _do(once, lambda store: handling.unhold(store, who))


@router.post("/{identifier}/assign", response_model=CandidateOut)
def assign(
    identifier: str, body: Assignment, user: Decider, once: OnceOf, if_match: IfMatch = None
) -> Response:
    """Say whose work a line is: a coder her own, a lead anybody's."""
    who = reviewer(user, identifier, if_match)
    return _do(once, lambda store: handling.assign(store, who, body.to))


@router.post("/{identifier}/comments", response_model=CommentOut, status_code=201)
def comment(identifier: str, body: CommentIn, user: Decider, once: OnceOf) -> Response:
    """Say something of a line; it changes nothing of it, so it needs no version."""

    def work(store: Store) -> Answer:
        said: dict[str, Any] = handling.comment(store, user, identifier, body.text)
        return Answer(CommentOut(**said), 201)

    return once.do(work)


@router.post("/{identifier}/add", response_model=CandidateOut, status_code=201)
def add(identifier: str, body: Addition, user: Decider, once: OnceOf, if_match: IfMatch = None) -> Response:
    """Add a line to the procedure of this one."""
    who = reviewer(user, identifier, if_match)

    def work(store: Store) -> Answer:
        added = by_hand.add(store, who, body.charge(), body.reason)
        return _shown(added, once.stakes, 201, f"/v1/candidates/{added.id}")

    return once.do(work)


@router.post("/{identifier}/split", response_model=LinesOut, status_code=201)
def split(identifier: str, body: Split, user: Decider, once: OnceOf, if_match: IfMatch = None) -> Response:
    """Make several lines of one; the units of the parts are those of the line."""
    who = reviewer(user, identifier, if_match)

    def work(store: Store) -> Answer:
        lines = by_hand.split(store, who, body.charges(), body.reason)
        shown = LinesOut(items=[CandidateOut(**candidate_out(line, once.stakes)) for line in lines])
        return Answer(shown, 201, lines[0].version)

    return once.do(work)


def _do(once: Once, step: Callable[[Store], Candidate]) -> Response:
    return once.do(lambda store: _shown(step(store), once.stakes))


def _shown(line: Candidate, stakes: Stakes, status: int = 200, location: str = "") -> Answer:
    return Answer(CandidateOut(**candidate_out(line, stakes)), status, line.version, location)
