"""Signing in at the page, by password or by a token that is exchanged; the session; signing out."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, SecretStr, model_validator

from service.api.access import SessionOf
from service.api.cookies import Cookies
from service.api.inputs import In, shown
from service.api.parts import Parts, PartsOf
from service.api.schemas import moment
from service.domain.signing_in import Way
from service.pipeline.passwords import MOST
from service.pipeline.sign_in import Browser
from service.store.sessions import Session

router = APIRouter(prefix="/v1", tags=["own"])
_Name = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,64}$")]


class WaysOut(BaseModel):
    """How one may sign in here."""

    passwords: bool  # whether anybody has one
    provider: str | None  # what the identity provider is called; null = there is none
    signed_in: bool  # whether this browser is, already


class SignInIn(In):
    """Name and password; or a token, which is exchanged for a session."""

    model_config = shown(name="carla", password="correct horse battery staple")  # noqa: S106  an example

    name: _Name | None = None
    password: Annotated[SecretStr, Field(min_length=1, max_length=MOST)] | None = None
    token: Annotated[SecretStr, Field(min_length=1, max_length=128)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = (self.name is not None, self.password is not None, self.token is not None)
        if given not in {(True, True, False), (False, False, True)}:
            message = "give name and password, or token"
            raise ValueError(message)
        return self


class SessionOut(BaseModel):
    """Who is signed in, and for how long."""

    name: str
    roles: list[str]
    facility: str
    way: Way
    idle_seconds: float  # without a sign of life, after which the session is over
    idle_until: datetime
    ends_at: datetime


class SignedOutOut(BaseModel):
    """The session is over."""

    continue_at: str | None  # where to sign out of the identity provider, too


@router.get("/sign-in")
def show_ways(request: Request, parts: PartsOf) -> WaysOut:
    """How one may sign in here."""
    session = Cookies.of(request).session
    with parts.database.look() as store:
        return WaysOut(
            passwords=store.users.have_passwords(),
            provider=parts.provider.plan.title if parts.provider else None,
            signed_in=bool(session and store.sessions.find(session, idle=parts.desk.idle)),
        )


@router.post("/session")
def sign_in(body: SignInIn, request: Request, response: Response, parts: PartsOf) -> SessionOut:
    """Sign in at the page: the session is a cookie that no script can read. Programs send a token instead."""
    cookies, desk = Cookies.of(request), parts.desk
    cookies.refuse_sign_in()
    if body.token:
        signed_in = desk.by_token(body.token.get_secret_value().strip(), browser_of(cookies))
    else:
        assert body.name is not None
        assert body.password is not None
        mark = desk.device_of(body.name)
        browser = browser_of(cookies, cookies.device(mark))
        signed_in = desk.by_password(body.name, body.password.get_secret_value(), browser)
        cookies.set_device(response, mark)
    cookies.set_session(response, signed_in.session)
    with parts.database.look() as store:
        session = store.sessions.find(signed_in.session, idle=desk.idle)
    assert session
    return _out(session, parts)


@router.get("/session")
def show_session(session: SessionOf, parts: PartsOf) -> SessionOut:
    """How my session stands. To ask is no sign of life."""
    return _out(session, parts)


@router.post("/session/activity")
def show_life(request: Request, session: SessionOf, parts: PartsOf) -> SessionOut:
    """Somebody sits at the page: the time without a sign of life begins anew. No other request does this."""
    with parts.database.transaction() as store:
        store.sessions.renew(Cookies.of(request).session)
        renewed = store.sessions.find(Cookies.of(request).session, idle=parts.desk.idle)
    return _out(renewed or session, parts)


@router.delete("/session")
def sign_out(request: Request, response: Response, session: SessionOf, parts: PartsOf) -> SignedOutOut:
    """Sign out: whoever still holds the cookie holds nothing."""
    cookies = Cookies.of(request)
    parts.desk.sign_out(cookies.session)
    cookies.drop_session(response)
    if session.way is not Way.OIDC or parts.provider is None:
        return SignedOutOut(continue_at=None)
    return SignedOutOut(continue_at=parts.provider.end_url(f"{cookies.origin}/") or None)


def browser_of(cookies: Cookies, device: str = "") -> Browser:
    """Where somebody signs in."""
    client = cookies.request.client
    return Browser(client.host if client else "", cookies.session, device)


def _out(session: Session, parts: Parts) -> SessionOut:
    user = session.user
    return SessionOut(
        name=user.name,
        roles=sorted(user.roles),
        facility=user.facility,
        way=session.way,
        idle_seconds=parts.desk.idle,
        idle_until=moment(min(session.active_at + parts.desk.idle, session.ends_at)),
        ends_at=moment(session.ends_at),
    )
