"""Problems: errors as RFC 9457 problem details, under /fhir as OperationOutcome. No internals leak out."""

import math
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from service.api.access import Unauthenticated
from service.api.cookies import ForeignRequest
from service.api.media import FhirResponse
from service.api.once import MissingVersion
from service.domain.errors import (
    ChargeCaptureError,
    DuplicateUnseen,
    EditsUnseen,
    Fault,
    IncompleteCharge,
    InputError,
    KeyReused,
    NotAllowed,
    NotFound,
    StaleVersion,
    TooManyAttempts,
    TryAgainLater,
    UnusableCharge,
    WrongSecret,
    WrongState,
)
from service.domain.ids import new_id
from service.fhir import outcome

_log = structlog.get_logger()

#: Error -> (HTTP status, name of the problem, FHIR issue type as a table 0357 code).
_KINDS: dict[type[Exception], tuple[int, str, str]] = {
    Unauthenticated: (401, "unauthenticated", "login"),
    WrongSecret: (401, "wrong-secret", "login"),
    ForeignRequest: (403, "foreign-request", "forbidden"),
    TooManyAttempts: (429, "too-many-attempts", "throttled"),
    NotAllowed: (403, "not-allowed", "forbidden"),
    NotFound: (404, "not-found", "204"),
    WrongState: (409, "wrong-state", "206"),
    EditsUnseen: (409, "edits-unseen", "206"),
    DuplicateUnseen: (409, "duplicate-unseen", "206"),
    MissingVersion: (428, "version-needed", "206"),
    KeyReused: (422, "idempotency-key-reused", "206"),
    StaleVersion: (412, "stale-version", "206"),
    IncompleteCharge: (422, "incomplete-charge", "101"),
    UnusableCharge: (422, "unusable-charge", "102"),
    InputError: (422, "unreadable-input", "102"),
    TryAgainLater: (503, "try-again-later", "207"),
}


class ProblemOut(BaseModel):
    """What is wrong (RFC 9457); `type` ends in a name that docs/problems.md explains."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []


def problem(status: int, name: str, detail: str, **more: Any) -> JSONResponse:
    """A problem document. `name` is explained in docs/problems.md."""
    body = _body(status, name, detail) | more
    return JSONResponse(body, status, media_type="application/problem+json", headers=_headers(status))


def _body(status: int, name: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"urn:charge-capture:problem:{name}",
        "title": name.replace("-", " "),
        "status": status,
        "detail": detail,
    }


def _headers(status: int) -> dict[str, str]:
    if status == 401:  # noqa: PLR2004
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": "5"} if status == 503 else {}  # noqa: PLR2004


def answer(request: Request, status: int, name: str, faults: list[Fault]) -> Response:
    """The error in the language of the path it was asked on."""
    if request.url.path.startswith("/fhir"):
        return FhirResponse(outcome(faults), status, headers=_headers(status))
    errors = [{"location": fault.location, "detail": fault.message} for fault in faults if fault.location]
    detail = "; ".join(str(fault) for fault in faults)
    return problem(status, name, detail, **({"errors": errors} if errors else {}))


def described(error: Exception) -> dict[str, Any]:
    """A known error as a problem document, for answers that tell of several."""
    status, name, _ = next(_KINDS[kind] for kind in type(error).__mro__ if kind in _KINDS)
    return _body(status, name, str(error))


def _known(request: Request, error: Exception) -> Response:
    status, name, code = next(_KINDS[kind] for kind in type(error).__mro__ if kind in _KINDS)
    faults = list(getattr(error, "faults", ())) or [Fault("", code, str(error))]
    response = answer(request, status, name, faults)
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(math.ceil(error.seconds))
    return response


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # Not what was sent: it may hold patient data.
    faults = [
        Fault("/" + "/".join(str(part) for part in each["loc"][1:]), "102", each["msg"])
        for each in error.errors()
    ]
    return answer(request, 422, "invalid-request", faults)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    fault = Fault("", "200", str(error.detail))
    response = answer(request, error.status_code, "http", [fault])
    response.headers.update(error.headers or {})
    if error.status_code == 405:  # noqa: PLR2004
        response.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return response


def _methods(request: Request) -> set[str]:
    """All methods of a path: its operations are routes of their own, and each knows only itself."""
    paths = request.app.openapi()["paths"]
    asked = request.url.path.split("/")
    fitting = [path for path in paths if _fits(path.split("/"), asked)]
    # Of "/next" and "/{identifier}" the one that names it is meant.
    named = min(fitting, key=lambda path: path.count("{"), default="")
    return {method.upper() for method in paths.get(named, ())}


def _fits(template: list[str], path: list[str]) -> bool:
    pairs = zip(template, path, strict=False)
    return len(template) == len(path) and all(t == p or t.startswith("{") for t, p in pairs)


def _unexpected(request: Request, error: Exception) -> Response:
    incident = new_id()
    # The path of the route: an id in a URL may be one that a patient is known by.
    route = getattr(request.scope.get("route"), "path", "")
    _log.error("request failed", incident=incident, error=type(error).__name__, path=route)
    return answer(request, 500, "internal", [Fault("", "207", f"internal error, incident {incident}")])


def install(app: FastAPI) -> None:
    """Register the handlers."""
    for kind in _KINDS:
        app.add_exception_handler(kind, _known)
    app.add_exception_handler(ChargeCaptureError, _unexpected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)
