"""Access: who calls, and what their roles allow. Checked before a body is read."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from service.api.cookies import Cookies
from service.api.parts import Parts, PartsOf
from service.domain.errors import ChargeCaptureError, NotAllowed, NotFound
from service.store.sessions import Session
from service.store.users import User

#: What each role may do. A user may have several roles; admin by itself reads no patient data.
CAPABILITIES = {
    "feed": frozenset({"send"}),
    "coder": frozenset({"read", "decide", "consult"}),
    "lead": frozenset({"read", "decide", "settle", "operate", "measure", "consult"}),
    "auditor": frozenset({"read", "audit", "consult"}),
    "admin": frozenset({"operate", "audit", "measure", "consult"}),
    "monitor": frozenset({"measure"}),
}


class Unauthenticated(ChargeCaptureError):
    """Sign in, or send a valid token: Authorization: Bearer <token>."""


def caller(request: Request, parts: PartsOf) -> User:
    """The user whose token the request carries; or whose session, where it carries no token."""
    said = request.headers.get("authorization")
    return _by_token(said, parts) if said else _by_cookie(request, parts).user


def session_of(request: Request, parts: PartsOf) -> Session:
    """The session that the request comes by; looking at it is no sign of life of its person."""
    if request.headers.get("authorization"):
        caller(request, parts)
        raise NotFound("this request came by a token, and belongs to no session")
    return _by_cookie(request, parts)


def is_known(request: Request, parts: Parts) -> bool:
    """Whether what a request came by, some time ago, would still let it in."""
    try:
        caller(request, parts)
    except Unauthenticated:
        return False
    return True


def _by_token(said: str, parts: Parts) -> User:
    scheme, _, token = said.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    with parts.database.look() as store:
        user = store.users.by_token(token.strip())
    if user is None:
        raise Unauthenticated
    return user


def _by_cookie(request: Request, parts: Parts) -> Session:
    cookies = Cookies.of(request)
    if not cookies.session:
        raise Unauthenticated
    cookies.refuse_foreign()
    with parts.database.look() as store:
        session = store.sessions.find(cookies.session, idle=parts.desk.idle)
    if session is None:
        raise Unauthenticated
    return session


def has(user: User, capability: str) -> bool:
    """Whether the roles of a user allow this."""
    return any(capability in CAPABILITIES.get(role, ()) for role in user.roles)


def may(capability: str) -> Callable[..., User]:
    """A dependency: the caller, who must have this capability."""

    def check(user: Annotated[User, Depends(caller)]) -> User:
        if not has(user, capability):
            raise NotAllowed(f"your roles do not allow to {capability}")
        return user

    return check


Caller = Annotated[User, Depends(caller)]
SessionOf = Annotated[Session, Depends(session_of)]
Sender = Annotated[User, Depends(may("send"))]
CandidateReader = Annotated[User, Depends(may("read"))]
Decider = Annotated[User, Depends(may("decide"))]
Settler = Annotated[User, Depends(may("settle"))]
Operator = Annotated[User, Depends(may("operate"))]
Meter = Annotated[User, Depends(may("measure"))]
Consulter = Annotated[User, Depends(may("consult"))]  # of the mappings, which hold no patient data
Auditor = Annotated[User, Depends(may("audit"))]
