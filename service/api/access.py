"""Access: who calls, and what their roles allow. Checked before a body is read."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from service.api.parts import PartsOf
from service.domain.errors import ChargeCaptureError, NotAllowed
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
    """A valid token is needed: Authorization: Bearer <token>."""


def caller(request: Request, parts: PartsOf) -> User:
    """The user whose token the request carries."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    with parts.database.look() as store:
        user = store.users.by_token(token.strip())
    if user is None:
        raise Unauthenticated
    return user


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
Sender = Annotated[User, Depends(may("send"))]
CandidateReader = Annotated[User, Depends(may("read"))]
Decider = Annotated[User, Depends(may("decide"))]
Settler = Annotated[User, Depends(may("settle"))]
Operator = Annotated[User, Depends(may("operate"))]
Meter = Annotated[User, Depends(may("measure"))]
Consulter = Annotated[User, Depends(may("consult"))]  # of the mappings, which hold no patient data
Auditor = Annotated[User, Depends(may("audit"))]
