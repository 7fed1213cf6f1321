"""Signing in: by password, by token, or because an identity provider vouches for somebody.

Each attempt is counted before it is looked into, and audited with what came of it. A wrong name and a wrong
password get the same answer after the same time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import structlog

from service.domain.errors import NotVouchedFor, TooManyAttempts, WrongSecret
from service.domain.signing_in import Identity, Reason, SignedOut, Way
from service.pipeline.passwords import Passwords
from service.store import Database, Store
from service.store.sign_ins import Bucket
from service.store.transaction import AuditEntry
from service.store.users import ALL_FACILITIES, User

_FREE_BY_NAME, _FREE_BY_DEVICE, _FREE_BY_ADDRESS = 5, 5, 30
_SPENT_SECONDS = 1200.0  # longer than a browser keeps what it began, and than a token is good for
_log = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody signs in."""

    address: str
    session: str  # id that it holds from before; "" = none
    device: str  # mark that it got when this user signed in there before; "" = none


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a browser gets."""

    user: User
    session: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Where people sign in."""

    database: Database
    passwords: Passwords
    idle: float  # seconds without a sign of life after which a session is over
    lasts: float  # and after which it is, however active

    def by_password(self, name: str, password: str, browser: Browser) -> SignedIn:
        """WrongSecret, or TooManyAttempts."""
        buckets = self._buckets(name, browser)
        hashed = self._begin(Way.PASSWORD, buckets, lambda store: store.users.password_of(name))
        if not self.passwords.match(hashed, password):
            self._wrong(Way.PASSWORD, browser, name)
        assert hashed is not None
        renewed = self.passwords.renewed(hashed, password)
        with self.database.transaction() as store:
            user = store.users.named(name)
            if user is None or store.users.password_of(name) != hashed:
                raise WrongSecret  # revoked, or the password was changed, in this very moment
            if renewed:
                store.users.keep_password(name, renewed)
            return self._sign_in(store, user, Way.PASSWORD, buckets, browser)

    def by_token(self, token: str, browser: Browser) -> SignedIn:
        """The browser gets a session, and need not keep the token. WrongSecret, or TooManyAttempts."""
        buckets = [_address(browser)]
        user = self._begin(Way.TOKEN, buckets, lambda store: store.users.by_token(token))
        if user is None:
            self._wrong(Way.TOKEN, browser)
        with self.database.transaction() as store:
            return self._sign_in(store, user, Way.TOKEN, buckets, browser)

    def by_provider(self, state: str, ask: Callable[[], Identity], browser: Browser) -> SignedIn:
        """`ask` asks the identity provider who it is, once for each state.

        NotVouchedFor says why nobody is let in.
        """
        try:
            self._spend(state, browser)
            identity = ask()
            with self.database.transaction() as store:
                user, refused = _user_of(store, identity)  # what it did is kept, also where nobody is let in
                if user:
                    at_provider = (identity.issuer, identity.session)
                    return self._sign_in(store, user, Way.OIDC, [_address(browser)], browser, at_provider)
            assert refused
            raise refused
        except NotVouchedFor as refused:
            self._refuse(Way.OIDC, refused.reason, browser)
            raise

    def sign_out(self, session: str) -> None:
        """The session is over, here and now."""
        with self.database.transaction() as store:
            store.sessions.end(session)

    def sign_out_as_provider(self, said: SignedOut) -> None:
        """Whom the identity provider has signed out is signed out here, or was so already.

        NotVouchedFor where it says the same twice.
        """
        with self.database.transaction() as store:
            if not store.sign_ins.spend("logout", said.token, good_for=_SPENT_SECONDS):
                raise NotVouchedFor(Reason.NOT_TRUSTED, "token, jti: it was sent before")
            known = store.users.by_subject(said.issuer, said.subject) if said.subject else None
            if known or not said.subject:
                user = known[0] if known else None
                store.sessions.end_at_provider(user, (said.issuer, said.session))

    def device_of(self, name: str) -> str:
        """The mark of a browser in which this user has signed in."""
        return self.database.keyring.fingerprint("device", name)

    def _buckets(self, name: str, browser: Browser) -> list[Bucket]:
        """Who signed in with this browser before is not kept waiting by what others try with the name."""
        if browser.device == self.device_of(name):
            return [Bucket("device", f"{name}\x1f{browser.address}", _FREE_BY_DEVICE)]
        return [
            Bucket("name", name, _FREE_BY_NAME),
            _address(browser),
        ]

    def _spend(self, state: str, browser: Browser) -> None:
        try:
            is_first = self._begin(
                Way.OIDC,
                [_address(browser)],
                lambda store: store.sign_ins.spend("state", state, good_for=_SPENT_SECONDS),
            )
        except TooManyAttempts:
            raise NotVouchedFor(Reason.TOO_MANY, "attempts from this address failed") from None
        if not is_first:
            raise NotVouchedFor(Reason.BEGIN_AGAIN, "this answer was used before")

    def _begin(self, way: Way, buckets: list[Bucket], look: Callable[[Store], T]) -> T:
        with self.database.transaction() as store:
            wait = store.sign_ins.take(buckets)
            if wait:
                store.sign_ins.tally(way, "throttled")
            found = look(store)
        if wait:
            raise TooManyAttempts(wait)
        return found

    def _sign_in(
        self,
        store: Store,
        user: User,
        way: Way,
        buckets: list[Bucket],
        browser: Browser,
        at_provider: tuple[str, str] = ("", ""),
    ) -> SignedIn:
        """A new id each time: one that somebody slipped into the browser before is worth nothing after."""
        for bucket in buckets:
            if bucket.kind == "address":  # whoever has an account must not reset what he tries on others
                store.sign_ins.forgive(bucket)
            else:
                store.sign_ins.forget(bucket)
        if browser.session:
            store.sessions.end(browser.session)
        store.sign_ins.tally(way, "signed-in")
        session = store.sessions.begin(
            user,
            way,
            lasts=self.lasts,
            idle=self.idle,
            origin=browser.address,
            at_provider=at_provider,
        )
        return SignedIn(user, session)

    def _wrong(self, way: Way, browser: Browser, name: str = "") -> NoReturn:
        self._refuse(way, "wrong", browser, name)
        _log.warning("sign-in refused", way=way.value)
        raise WrongSecret

    def _refuse(self, way: Way, reason: str, browser: Browser, name: str = "") -> None:
        with self.database.transaction() as store:
            store.sign_ins.tally(way, "refused")
            store.audit(_refusal(store, way, reason, browser, name))


def _address(browser: Browser) -> Bucket:
    return Bucket("address", browser.address, _FREE_BY_ADDRESS)


def _refusal(store: Store, way: Way, reason: str, browser: Browser, name: str) -> AuditEntry:
    """A name that is nobody's is kept as a keyed hash only: people type passwords into the wrong field."""
    user = store.users.named(name) if name else None
    whom = user.name if user else store.fingerprint("typed", name) if name else ""
    facility = user.facility if user else ALL_FACILITIES
    detail = f"{way}, {reason}, {browser.address}"
    return AuditEntry(facility, "access", "nobody", "sign-in.refused", "user", whom, detail=detail)


def _user_of(store: Store, identity: Identity) -> tuple[User | None, NotVouchedFor | None]:
    """The user whom an identity is here; one who is not there yet is made, where the provider gives roles."""
    known = store.users.by_subject(identity.issuer, identity.subject)
    if known is None:
        return _new_user(store, identity)
    user, is_revoked = known
    if is_revoked:
        return None, NotVouchedFor(Reason.REVOKED, "the user was revoked here")
    if identity.roles is None:
        return user, None
    if not identity.roles:
        store.sessions.end_all(user)
        return None, NotVouchedFor(Reason.NO_ROLE, "the provider gives no role of ours any more")
    if (identity.roles, identity.facility) != (user.roles, user.facility):
        store.users.set_roles(user.name, identity.roles, identity.facility, by="identity provider")
    return store.users.named(user.name), None


def _new_user(store: Store, identity: Identity) -> tuple[User | None, NotVouchedFor | None]:
    if identity.roles is None:
        return None, NotVouchedFor(Reason.UNKNOWN_USER, "nobody was added here with this subject")
    if not identity.roles:
        return None, NotVouchedFor(Reason.NO_ROLE, "the provider gives no role of ours")
    if not store.users.is_free(identity.name):
        # It may be somebody else of that name: whoever names himself so must not become that user.
        return None, NotVouchedFor(Reason.NAME_TAKEN, "another user has the name")
    store.users.add(
        identity.name,
        identity.roles,
        identity.facility,
        by="identity provider",
        subject=(identity.issuer, identity.subject),
    )
    return store.users.named(identity.name), None
