"""Notifications of EHRs' subscriptions: stored, or noted, within one commit each; then answered."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from service import fhir
from service.api.access import Unauthenticated, caller, may
from service.api.examples import WELL, answered
from service.api.media import FHIR, FhirResponse
from service.api.parts import Parts, PartsOf
from service.domain.ehr import Ehr
from service.domain.errors import Fault, InputError, NotAllowed
from service.jobs import FETCH
from service.pipeline.notify import arrival_of, hear
from service.pipeline.receive import Door

router = APIRouter(tags=["intake"])


@router.post("/fhir/notify/{ehr}", response_class=FhirResponse, responses=answered({FHIR: WELL}))
async def notified(ehr: str, request: Request, parts: PartsOf) -> Response:
    """Take a notification: a Bundle, a resource by itself, or nothing but the fact that there is news."""
    return await _take(ehr, request, parts)


@router.put(
    "/fhir/notify/{ehr}/{resource_type}/{resource_id}",
    response_class=FhirResponse,
    responses=answered({FHIR: WELL}),
)
async def delivered(
    ehr: str,
    resource_type: str,  # noqa: ARG001  the resource says it too
    resource_id: str,  # noqa: ARG001
    request: Request,
    parts: PartsOf,
) -> Response:
    """Take a resource as a classic subscription of R4 delivers it."""
    return await _take(ehr, request, parts)


async def _take(name: str, request: Request, parts: Parts) -> Response:
    ehr = parts.ehrs.get(name)
    signature = request.headers.get(ehr.signature.header, "") if ehr and ehr.signature else ""
    if not signature:
        # Before the body is read, and before it is said which EHRs there are.
        user = await run_in_threadpool(may("send"), await run_in_threadpool(caller, request, parts))
        if ehr and not user.reaches(ehr.facility):
            ehr = None
    if ehr is None:
        return _answer([Fault("", "204", "there is no EHR of this name")], 404)
    if ehr.signature and not signature:
        raise NotAllowed("the notifications of this EHR are signed, and this one is not")
    body = await request.body()
    return await run_in_threadpool(_note, parts, ehr, body, signature)


def _note(parts: Parts, ehr: Ehr, body: bytes, signature: str) -> Response:
    if signature and not _is_ours(ehr, body, signature):
        raise Unauthenticated
    if not body.strip():
        return _search(parts, ehr)
    try:
        resource = fhir.read_resource(body)
    except InputError as error:
        return _answer(list(error.faults), 400)
    said = fhir.read_notification(resource)
    if said is None or said.brings:
        refusal = _store(parts.door, ehr, body)
        if refusal:
            return refusal
    if said:
        with parts.database.transaction() as store:
            hear(store, ehr, said)
        parts.door.wake(FETCH)
    return _answer([], 200)


def _is_ours(ehr: Ehr, body: bytes, signature: str) -> bool:
    assert ehr.signature is not None
    secret = ehr.signature.secret_file.read_bytes().strip()
    return bool(secret) and fhir.is_signed(body, signature, secret)


def _search(parts: Parts, ehr: Ehr) -> Response:
    with parts.database.transaction() as store:
        store.ehrs.search_now(ehr.name)
    parts.door.wake(FETCH)
    return _answer([], 200)


def _store(door: Door, ehr: Ehr, body: bytes) -> Response | None:
    """Keep what was brought; gives the answer where it was refused."""
    arrival, admission = arrival_of(door, ehr, body)
    door.store([arrival])
    if not admission.quarantine:
        return None
    return Response(admission.answer, admission.status, media_type=FHIR)


def _answer(faults: list[Fault], status: int) -> Response:
    return FhirResponse(fhir.outcome(faults), status)
