"""Operations: is it alive, what was set aside, do the sums agree, who did what."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from service.api.access import Auditor, Caller, Operator
from service.api.parts import PartsOf
from service.api.schemas import moment
from service.domain.errors import NotAllowed
from service.store import ledger
from service.store.users import ALL_FACILITIES

router = APIRouter(tags=["operations"])


@router.get("/livez")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz")
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
def me(user: Caller) -> dict[str, Any]:
    """Who the token belongs to."""
    return {"name": user.name, "roles": sorted(user.roles), "facility": user.facility}


@router.get("/v1/ledger")
def show_ledger(parts: PartsOf, user: Operator) -> dict[str, Any]:
    """Conservation of messages, candidates, charges and postings over the whole database."""
    if user.facility != ALL_FACILITIES:
        raise NotAllowed("the ledger is of all facilities, and you see one")
    with parts.database.connection() as connection:
        drawn = ledger.draw_up(connection, parts.database.keyring)
    return {
        "whole": drawn.whole,
        "sums": drawn.sums,
        "checks": [
            {"name": check.name, "expected": check.expected, "found": check.found} for check in drawn.checks
        ],
    }


@router.get("/v1/audit")
def audit(
    parts: PartsOf,
    user: Auditor,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[AwareDatetime | None, Query()] = None,
) -> list[dict[str, Any]]:
    """Who did what to which, newest first."""
    with parts.database.look() as store:
        rows = store.trail.page(user.facility, limit=limit, before=before.timestamp() if before else None)
    return [{**row, "at": moment(row["at"])} for row in rows]
