"""The review queue, to be read as FHIR: its lines as ChargeItems, its questions as Tasks."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from service import fhir
from service.api.access import CandidateReader
from service.api.examples import CHARGE_ITEM, TASK, answered, searched
from service.api.filters import PageQuery
from service.api.media import FHIR, FhirResponse
from service.api.parts import PartsOf
from service.domain.asking import AskedState
from service.domain.charge import ChargeKind, PostingState
from service.domain.errors import Fault, UnreadableInput
from service.domain.review import Candidate
from service.domain.worklist import Filter
from service.fhir.resource import Resource
from service.pipeline import worklist
from service.store import Store
from service.store.transaction import AuditEntry

router = APIRouter(prefix="/fhir", tags=["fhir"])
_Count = Annotated[int, Query(alias="_count", ge=1, le=200)]
_Status = Annotated[str, Query(max_length=16)]


@router.get("/ChargeItem", response_class=FhirResponse, responses=searched(CHARGE_ITEM))
def search_charge_items(
    request: Request,
    parts: PartsOf,
    user: CandidateReader,
    status: _Status = "planned",
    count: _Count = 50,
    after: Annotated[str, Query(alias="_after", max_length=40)] = "",
) -> Response:
    """Lines of the queue by status, in order of arrival. A page may be short and still have a next one."""
    if status not in fhir.STATUSES:
        raise UnreadableInput(Fault("/status", "103", f"status is one of {', '.join(fhir.STATUSES)}"))
    wanted = Filter(statuses=fhir.queue_statuses(status))
    place = PageQuery(after=after).place
    with parts.database.transaction() as store:
        page = worklist.page(store, user.facility, wanted, limit=count, after=place)
        found = [_charge_item(store, line) for line in page.lines if line.kind is ChargeKind.CHARGE]
        store.audit(AuditEntry(user.facility, "review", user.name, "list", "candidate", "", len(page.lines)))
    following = page.after.text() if page.after else None
    return _searchset(request, [each for each in found if each["status"] == status], following)


@router.get("/ChargeItem/{identifier}", response_class=FhirResponse, responses=answered({FHIR: CHARGE_ITEM}))
def read_charge_item(identifier: str, parts: PartsOf, user: CandidateReader) -> Response:
    """A line of the queue as a ChargeItem."""
    with parts.database.transaction() as store:
        line = store.candidates.get(identifier, user.facility)
        found = _charge_item(store, line)
        store.audit(AuditEntry(line.facility, "review", user.name, "read", "candidate", line.id))
    return FhirResponse(found, headers={"ETag": f'W/"{line.version}"'})


@router.get("/Task", response_class=FhirResponse, responses=searched(TASK))
def search_tasks(
    request: Request,
    parts: PartsOf,
    user: CandidateReader,
    status: _Status = "requested",
    count: _Count = 50,
    after: Annotated[int, Query(alias="_after", ge=0, le=2**31)] = 0,
) -> Response:
    """Questions to clinicians by Task.status, oldest first."""
    state = fhir.task_state(status)
    if state is None:
        raise UnreadableInput(Fault("/status", "103", "status is one of requested, completed, cancelled"))
    with parts.database.transaction() as store:
        page = store.questions.page(user.facility, AskedState(state), limit=count, after=after)
        store.audit(AuditEntry(user.facility, "review", user.name, "list", "question", "", len(page)))
    following = str(page[-1].sequence) if len(page) == count else None
    return _searchset(request, list(map(fhir.task_of, page)), following)


@router.get("/Task/{identifier}", response_class=FhirResponse, responses=answered({FHIR: TASK}))
def read_task(identifier: str, parts: PartsOf, user: CandidateReader) -> Response:
    """A question to a clinician as a Task."""
    with parts.database.transaction() as store:
        asked = store.questions.get(identifier, user.facility)
        store.audit(AuditEntry(asked.facility, "review", user.name, "read", "question", asked.id))
    return FhirResponse(fhir.task_of(asked), headers={"ETag": f'W/"{asked.version}"'})


def _charge_item(store: Store, line: Candidate) -> Resource:
    charges = [each for each in store.charges.of_candidate(line.id) if each.kind is ChargeKind.CHARGE]
    postings = store.postings.of_charge(charges[-1].key) if charges else []
    return fhir.charge_item_of(line, is_posted=any(each.state is PostingState.POSTED for each in postings))


def _searchset(request: Request, found: list[Resource], after: str | None) -> Response:
    following = str(request.url.include_query_params(_after=after)) if after else None
    base = str(request.base_url).rstrip("/") + "/fhir"
    return FhirResponse(fhir.searchset(found, base, str(request.url), following))
