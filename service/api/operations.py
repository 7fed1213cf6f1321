"""Operations: is it alive, what was set aside, do the sums agree, who did what."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from service.api.access import Auditor, Caller, Operator
from service.api.parts import PartsOf
from service.api.schemas import moment
from service.domain.errors import NotAllowed
from service.jobs import CHART
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
    return {"status": "ready"}


@router.get("/v1/me")
def me(user: Caller) -> dict[str, Any]:
    """Who the token belongs to."""
    return {"name": user.name, "roles": sorted(user.roles), "facility": user.facility}


@router.get("/v1/quarantine")
def quarantine(
    parts: PartsOf,
    user: Operator,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> list[dict[str, Any]]:
    """Messages that nothing could be done with, newest first, and why."""
    with parts.database.look() as store:
        found = store.quarantine.page(user.facility, limit=limit, before=before)
    return [
        {
            "event": each.id,
            "sequence": each.sequence,
            "sender": each.sender,
            "message_type": each.message_type,
            "control_id": each.control_id,
            "received_at": moment(each.received_at),
            "reason": each.reason,
        }
        for each in found
    ]


@router.post("/v1/quarantine/{identifier}/replay", status_code=202)
def replay(identifier: str, parts: PartsOf, user: Operator) -> dict[str, str]:
    """Read a quarantined message again, after its cause was mended."""
    with parts.database.transaction() as store:
        event = store.events.get(identifier, user.facility)
        store.quarantine.replay(identifier, event.facility, by=user.name)
    parts.door.wake(CHART)
    return {"event": identifier, "state": "received"}


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
