"""Signing in at the identity provider: the browser is sent there, and comes back. Both are navigations.

What the sign-in was begun with is sealed in a cookie of that browser, so an answer is of use only where the
question was asked. The browser is only ever sent to the provider, or to a view of our own page.
"""

import base64
import hmac
import re
import time
from dataclasses import asdict, dataclass

import orjson
import structlog
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse

from service.api.cookies import Cookies
from service.api.parts import Parts, PartsOf, ProviderOf
from service.api.sign_in import browser_of
from service.domain.errors import NotVouchedFor, SetupError
from service.domain.signing_in import Reason
from service.oidc import Begun

router = APIRouter(include_in_schema=False)
_PATH, _CALLBACK = "/sign-in/oidc", "/sign-in/oidc/callback"
_VIEW = re.compile(r"[a-z]{1,20}(/[0-9a-f]{32})?")
_GOOD_FOR = 600.0  # seconds in which to answer the provider's questions
_PLACE = "sign-in/oidc"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Pending:
    """What a browser has begun."""

    begun: Begun
    view: str
    until: float


@router.get(_PATH)
def begin(request: Request, parts: PartsOf, provider: ProviderOf, view: str = "") -> RedirectResponse:
    """Send the browser to the identity provider."""
    cookies = Cookies.of(request)
    cookies.refuse_plain()
    view = view if _VIEW.fullmatch(view) else ""
    try:
        begun, url = provider.begin(cookies.origin + _CALLBACK)
    except NotVouchedFor as refused:
        return _refused(refused, view)
    response = RedirectResponse(url, 303)
    cookies.set_pending(response, _sealed(_Pending(begun, view, time.time() + _GOOD_FOR), parts))
    return response


@router.get(_CALLBACK)
def finish(request: Request, parts: PartsOf, provider: ProviderOf) -> RedirectResponse:
    """The browser comes back: with a session if the provider vouches for its person, else with the reason."""
    cookies = Cookies.of(request)
    pending, answer = _opened(cookies.pending, parts), dict(request.query_params)
    if pending is None or not _fits(answer, pending.begun):
        return _refused(NotVouchedFor(Reason.BEGIN_AGAIN, "no sign-in of this browser"), "")
    begun = pending.begun
    try:
        signed_in = parts.desk.by_provider(
            begun.state, lambda: provider.finish(begun, answer), browser_of(cookies)
        )
    except NotVouchedFor as refused:
        response = _refused(refused, pending.view)
    else:
        response = RedirectResponse(f"/#{pending.view}", 303)
        cookies.set_session(response, signed_in.session)
    cookies.drop_pending(response)
    return response


def _fits(answer: dict[str, str], begun: Begun) -> bool:
    return hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode())


def _refused(refused: NotVouchedFor, view: str) -> RedirectResponse:
    """Back to the page, which has a sentence for each reason."""
    _log.warning("identity provider vouches for nobody", reason=refused.reason, why=refused.why)
    return RedirectResponse(f"/?refused={refused.reason}#{view}", 303)


def _sealed(pending: _Pending, parts: Parts) -> str:
    plain = orjson.dumps([asdict(pending.begun), pending.view, pending.until])
    return base64.urlsafe_b64encode(parts.database.keyring.seal(plain, _PLACE)).decode()


def _opened(cookie: str, parts: Parts) -> _Pending | None:
    """None where there is no cookie, where it is not of our making, or too old."""
    try:
        plain = parts.database.keyring.open(base64.urlsafe_b64decode(cookie.encode()), _PLACE)
    except (SetupError, ValueError, IndexError):
        return None
    begun, view, until = orjson.loads(plain)
    return _Pending(Begun(**begun), view, until) if time.time() < until else None
