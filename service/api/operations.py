"""Operations: is it alive, what was set aside, do the sums agree, who did what."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from service.api.access import Auditor, Caller, Operator
from service.api.examples import answered
from service.api.inputs import Moment
from service.api.media import JSON
from service.api.parts import PartsOf
from service.api.schemas import moment
from service.domain.errors import NotAllowed
from service.store import ledger
from service.store.users import ALL_FACILITIES

router = APIRouter(tags=["operations"])
_READINESS = answered({JSON: {"status": "ready"}}) | answered(
    {JSON: {"status": "the database waits for charge-capture migrate"}}, 503
)


class MeOut(BaseModel):
    """A user."""

    name: str
    roles: list[str]
    facility: str  # "*" = all of them


class CheckOut(BaseModel):
    """Two sums that must be equal."""

    name: str
    expected: int
    found: int


class LedgerOut(BaseModel):
    """How many of each there are, and whether the sums agree."""

    whole: bool
    sums: dict[str, dict[str, int]]  # of what -> state -> how many
    checks: list[CheckOut]


class EntryOut(BaseModel):
    """An entry of the audit trail."""

    chain: str
    number: int  # within its chain
    at: datetime
    facility: str
    actor: str
    action: str
    object_type: str
    object_id: str
    count: int  # of objects, where it was a list
    detail: str
    link: str  # a keyed hash of this entry and the one before it


@router.get("/livez", responses=answered({JSON: {"status": "alive"}}))
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz", responses=_READINESS)
def ready(parts: PartsOf, response: Response) -> dict[str, str]:
    """The process can do its work: the database answers, and has the schema this code was written for."""
    if not parts.database.answers():
        response.status_code = 503
        return {"status": "the database does not answer"}
    if not parts.is_current():
        response.status_code = 503
        return {"status": "the database waits for charge-capture migrate"}
    if not parts.broker_answers():
        # Nothing waits for it: the sweep finds what nobody is woken for.
        return {"status": "ready", "broker": "away: work goes on at the pace of the sweep"}
    return {"status": "ready"}


@router.get("/v1/me")
def me(user: Caller) -> MeOut:
    """Who the token belongs to."""
    return MeOut(name=user.name, roles=sorted(user.roles), facility=user.facility)


@router.get("/v1/ledger")
def show_ledger(parts: PartsOf, user: Operator) -> LedgerOut:
    """Conservation of messages, candidates, charges and postings over the whole database."""
    if user.facility != ALL_FACILITIES:
        raise NotAllowed("the ledger is of all facilities, and you see one")
    with parts.database.connection() as connection:
        drawn = ledger.draw_up(connection, parts.database.keyring)
    checks = [CheckOut(name=each.name, expected=each.expected, found=each.found) for each in drawn.checks]
    return LedgerOut(whole=drawn.whole, sums=drawn.sums, checks=checks)


@router.get("/v1/audit")
def audit(
    parts: PartsOf,
    user: Auditor,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[Moment | None, Query()] = None,
) -> list[EntryOut]:
    """Who did what to which, newest first."""
    with parts.database.look() as store:
        rows = store.trail.page(user.facility, limit=limit, before=before.timestamp() if before else None)
    return [EntryOut(**{**row, "at": moment(row["at"])}) for row in rows]
