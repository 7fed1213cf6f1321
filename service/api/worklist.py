"""The worklist: pages of the review queue, and how many lines stand in it."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from service.api.access import CandidateReader
from service.api.examples import answered
from service.api.filters import FilterIn, PageQuery
from service.api.media import JSON
from service.api.parts import PartsOf
from service.api.schemas import CandidateOut, CandidatePage, candidate_out
from service.domain.charge import CandidateStatus
from service.domain.worklist import AGES
from service.pipeline import worklist
from service.store.transaction import AuditEntry

router = APIRouter(prefix="/v1/candidates", tags=["review"])


class Counted(StrEnum):
    """By what lines are counted."""

    STATUS = "status"
    TABLE = "table"
    CODE = "code"
    PAYER = "payer"
    FACILITY = "facility"
    ASSIGNED = "assigned"
    AGE = "age"


class CountsQuery(FilterIn):
    """What is counted, and by what."""

    by: Counted = Counted.STATUS
    most: Annotated[
        int | None,
        Field(description="Stop counting there: that number then means so many or more", ge=1, le=10_000),
    ] = None


_COLUMNS = {
    Counted.STATUS: "status",
    Counted.TABLE: "table_name",
    Counted.CODE: "code",
    Counted.PAYER: "payer",
    Counted.FACILITY: "facility",
    Counted.ASSIGNED: "assigned_to",
}


@router.get("")
def list_candidates(
    request: Request,
    response: Response,
    parts: PartsOf,
    user: CandidateReader,
    query: Annotated[PageQuery, Query()],
) -> CandidatePage:
    """A page of the queue; by default what waits for a person, in order of arrival.

    A page may be short, even empty, and still have a next one: what it costs does not grow with the queue.
    """
    wanted, place = query.filter(user, parts.stakes), query.place
    with parts.database.transaction() as store:
        found = worklist.page(store, user.facility, wanted, limit=query.limit, after=place)
        count = len(found.lines)
        store.audit(AuditEntry(user.facility, "review", user.name, "list", "candidate", "", count))
    next_page = None
    if found.after:
        next_page = str(request.url.include_query_params(after=found.after.text()))
        response.headers["Link"] = f'<{next_page}>; rel="next"'
    items = [CandidateOut(**candidate_out(line, parts.stakes)) for line in found.lines]
    return CandidatePage(items=items, next=next_page)


@router.get("/counts", responses=answered({JSON: {"proposed": 120, "waiting": 14, "approved": 3021}}))
def count_candidates(
    parts: PartsOf, user: CandidateReader, query: Annotated[CountsQuery, Query()]
) -> dict[str, int]:
    """How many lines fit: by status all of them, by anything else those that wait for a person.

    With `most` what it costs does not grow with the queue; lines that have no such value are then left out.
    """
    if query.by is Counted.STATUS and query.status is None:
        query = query.model_copy(update={"status": list(CandidateStatus)})
    wanted = query.filter(user, parts.stakes)
    with parts.database.look() as store:
        if query.by is Counted.AGE:
            aged = {name: wanted.of_age(older, younger) for name, older, younger in AGES}
            return {
                name: store.worklist.count(user.facility, each, query.most) for name, each in aged.items()
            }
        return store.worklist.counts(user.facility, wanted, _COLUMNS[query.by], query.most)
