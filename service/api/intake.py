"""Intake: HL7 v2 over HTTP, and FHIR. What is answered with success is on disk."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from service import fhir
from service.api.access import Sender
from service.api.examples import ACK, BUNDLE, HL7, METADATA, PROCEDURE, WELL, answered, body_of
from service.api.media import FHIR, FhirResponse
from service.api.openapi import PROBLEMS
from service.api.parts import Parts, PartsOf
from service.api.problems import problem
from service.domain.errors import Fault
from service.hl7.charset import http_name_of
from service.store.users import User

router = APIRouter(tags=["intake"])
_HL7_TYPES = ("application/hl7-v2+er7", "x-application/hl7-v2+er7")
_FHIR_TYPES = (FHIR, "application/json")
_TAKEN = answered({FHIR: WELL}) | answered({FHIR: WELL}, 201)
_REFUSED = fhir.outcome(
    [Fault("", "200", "DELETE is not taken: PUT the resource with status entered-in-error")]
)


def _media_type(request: Request) -> tuple[str, dict[str, str]]:
    """The media type of the body, and its parameters, their names in lower case."""
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    pairs = (parameter.partition("=") for parameter in parameters.split(";"))
    given = {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
    return kind.strip().lower(), given


@router.post(
    "/hl7/v2",
    response_class=Response,
    responses=PROBLEMS | answered({_HL7_TYPES[0]: ACK}),
    openapi_extra=body_of(_HL7_TYPES[0], HL7),
)
async def receive_hl7(request: Request, parts: PartsOf, user: Sender) -> Response:
    """Take an HL7 v2 message or a batch; the answer is its ACK (or theirs), with 200 whatever it says."""
    kind, parameters = _media_type(request)
    if kind not in _HL7_TYPES:
        return problem(415, "unsupported-media-type", "send application/hl7-v2+er7")
    # The charset of HTTP wins over MSH-18; UTF-8 is what it is when none is named.
    charset = (parameters.get("charset") or "utf-8")[:32]
    body = await request.body()
    answer = await run_in_threadpool(_store_hl7, parts, user, body, charset)
    if not answer:
        return Response(status_code=204)
    return Response(answer, media_type=f"{kind}; charset={http_name_of(answer, charset)}")


def _store_hl7(parts: Parts, user: User, body: bytes, charset: str) -> bytes:
    return parts.door.receive_hl7(body, charset=charset, facility=user.facility, peer=user.name)


@router.post("/fhir", response_class=FhirResponse, responses=_TAKEN, openapi_extra=body_of(FHIR, BUNDLE))
async def receive_bundle(request: Request, parts: PartsOf, user: Sender) -> Response:
    """Take a Bundle, or any resource that says itself what it is."""
    return await _receive_fhir(request, parts, user, None, None)


@router.post(
    "/fhir/{resource_type}",
    response_class=FhirResponse,
    responses=_TAKEN,
    openapi_extra=body_of(FHIR, PROCEDURE),
)
async def create(resource_type: str, request: Request, parts: PartsOf, user: Sender) -> Response:
    """Take a new resource."""
    return await _receive_fhir(request, parts, user, resource_type, None)


@router.put(
    "/fhir/{resource_type}/{resource_id}",
    response_class=FhirResponse,
    responses=_TAKEN,
    openapi_extra=body_of(FHIR, PROCEDURE),
)
async def update(
    resource_type: str, resource_id: str, request: Request, parts: PartsOf, user: Sender
) -> Response:
    """Take a new version of a resource."""
    return await _receive_fhir(request, parts, user, resource_type, resource_id)


@router.delete(
    "/fhir/{resource_type}/{resource_id}",
    status_code=405,
    response_class=FhirResponse,
    responses=answered({FHIR: _REFUSED}, 405),
)
def delete(resource_type: str, resource_id: str, user: Sender) -> Response:  # noqa: ARG001
    """Refuse: what was wrong is taken back by its status, which says so to all who read it."""
    return FhirResponse(_REFUSED, 405, {"Allow": "PUT"})


@router.get("/fhir/metadata", response_class=FhirResponse, responses=answered({FHIR: METADATA}))
def metadata(request: Request) -> Response:
    """What this FHIR endpoint takes."""
    base = str(request.base_url).rstrip("/") + "/fhir"
    return FhirResponse(fhir.capability_statement(base, request.app.version))


async def _receive_fhir(
    request: Request, parts: Parts, user: User, resource_type: str | None, resource_id: str | None
) -> Response:
    kind, parameters = _media_type(request)
    if kind not in _FHIR_TYPES:
        fault = Fault("", "200", "send application/fhir+json; XML is not taken")
        return FhirResponse(fhir.outcome([fault]), 415)
    conditions = fhir.Conditions(
        if_none_exist=request.headers.get("if-none-exist", ""),
        if_match=request.headers.get("if-match", ""),
        fhir_version=parameters.get("fhirversion", ""),
    )
    body = await request.body()
    admission = await run_in_threadpool(
        fhir.admit,
        body,
        resource_type=resource_type,
        resource_id=resource_id,
        method=request.method,
        assigned_id=fhir.assign_id(body),
        conditions=conditions,
    )
    return await run_in_threadpool(_store_fhir, parts, user, body, admission)


def _store_fhir(parts: Parts, user: User, body: bytes, admission: fhir.Admission) -> Response:
    arrival = parts.door.fhir_arrival(admission, body, sender=user.name, facility=user.facility)
    answer = parts.door.store([arrival])[0]
    headers = {"Location": admission.location} if admission.location else None
    return Response(answer, admission.status, headers, media_type=FHIR)
