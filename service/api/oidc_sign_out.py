"""Signing out, told by the identity provider: its server posts a logout token, and no browser is in it.

OpenID Connect Back-Channel Logout 1.0, 2.5 to 2.8.
"""

from urllib.parse import parse_qs

import structlog
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from service.api.parts import Parts, PartsOf, ProviderOf
from service.api.problems import problem
from service.domain.errors import NotVouchedFor
from service.domain.signing_in import Reason
from service.oidc import Provider

router = APIRouter(include_in_schema=False)
_LONGEST = 64 * 1024  # bytes; anybody may send some
_log = structlog.get_logger()


@router.post("/sign-out/oidc")
async def sign_out(request: Request, parts: PartsOf, provider: ProviderOf) -> Response:
    """Sign out whom the provider has signed out; 200 also where nobody is signed in any more."""
    form = await beginning(request)
    try:
        await run_in_threadpool(_sign_out, parts, provider, form)
    except NotVouchedFor as refused:
        _log.warning("logout token refused", reason=refused.reason, why=refused.why)
        if refused.reason is Reason.AWAY:  # the token may be right: nobody can tell before its keys are here
            return problem(503, "provider-away", refused.why)
        return problem(400, "logout-refused", refused.why)
    return Response(status_code=200)


async def beginning(request: Request) -> bytes:
    """What tells of a body whether it is too long; the rest is read past, so that its sender is answered."""
    kept = b""
    async for piece in request.stream():
        kept += piece[: _LONGEST + 1 - len(kept)]
    return kept


def _sign_out(parts: Parts, provider: Provider, body: bytes) -> None:
    parts.desk.sign_out_as_provider(provider.signed_out(_token(body)))


def _token(form: bytes) -> str:
    """The logout token of an application/x-www-form-urlencoded body."""
    sent = parse_qs(form.decode("ascii", "replace")).get("logout_token", []) if len(form) <= _LONGEST else []
    if len(sent) != 1:
        raise NotVouchedFor(Reason.NOT_TRUSTED, "send one logout_token, as a form")
    return sent[0]
