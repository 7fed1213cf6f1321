"""Sessions: who is signed in at the page. The id is the browser's alone; here is a keyed hash of it."""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, or_, select, update

from service.domain.ids import new_id
from service.domain.signing_in import Way
from service.store.access_tables import session
from service.store.tables import user
from service.store.transaction import AuditEntry, Transaction
from service.store.users import User, user_of


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in."""

    name: str  # what the audit trail calls it
    user: User
    way: Way
    active_at: float
    ends_at: float


class Sessions:
    """Beginning, finding and ending."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._now = transaction.now

    def begin(
        self,
        of: User,
        way: Way,
        *,
        lasts: float,
        idle: float,
        origin: str,
        at_provider: tuple[str, str] = ("", ""),
    ) -> str:
        """Sign a user in; gives the id, new each time. `origin`: from which address, for the audit trail.

        `at_provider`: the issuer, and what it calls its own session.
        """
        self._connection.execute(delete(session).where(or_(*self._over(idle))))
        identifier, name = secrets.token_urlsafe(32), new_id()
        row = insert(session).values(
            key=self._key(identifier),
            name=name,
            user_name=of.name,
            way=way.value,
            provider_key=self._provider_key(at_provider),
            began_at=self._now,
            active_at=self._now,
            ends_at=self._now + lasts,
        )
        self._connection.execute(row)
        self._audit(of, "sign-in", name, f"{way}, {origin}")
        return identifier

    def find(self, identifier: str, *, idle: float) -> Session | None:
        """The session of this id; None when it is over, or its user was revoked."""
        mine = self._mine(identifier)
        row = self._connection.execute(self._living(mine, idle)).one_or_none()
        return _read(row) if row else None

    def renew(self, identifier: str) -> None:
        """Its person has given a sign of life."""
        mine = self._mine(identifier)
        self._connection.execute(update(session).where(mine).values(active_at=self._now))

    def end(self, identifier: str) -> None:
        """Sign out. An id that is none, or over, is passed by."""
        self._end(self._mine(identifier), by="")

    def end_at_provider(self, of: User | None, at_provider: tuple[str, str]) -> None:
        """Sign out whom the identity provider has signed out: a user, one of its own sessions, or both.

        A session of the user's of which it did not tell its own name may be the one, and ends.
        """
        _, named = at_provider
        key = self._provider_key(at_provider)
        those = [session.c.way == Way.OIDC.value]
        if of:
            those.append(session.c.user_name == of.name)
        if named:
            those.append(session.c.provider_key.in_([key, ""] if of else [key]))
        self._end(and_(*those), by=", identity provider")

    def end_all(self, of: User) -> None:
        """Sign a user out everywhere."""
        mine = delete(session).where(session.c.user_name == of.name)
        if count := self._connection.execute(mine).rowcount:
            self._audit(of, "sign-out", "", f"all {count}")

    def count(self, *, idle: float) -> int:
        """How many are signed in."""
        over = or_(*self._over(idle))
        return self._connection.scalar(select(func.count()).select_from(session).where(~over)) or 0

    def _end(self, those: ColumnElement[bool], *, by: str) -> None:
        for row in self._connection.execute(self._living(those, float("inf"))).all():
            self._connection.execute(delete(session).where(session.c.key == row.key))
            ended = _read(row)
            self._audit(ended.user, "sign-out", ended.name, f"{ended.way}{by}")

    def _living(self, those: ColumnElement[bool], idle: float) -> Select[Any]:
        is_user = and_(user.c.name == session.c.user_name, user.c.revoked_at == 0.0)
        living = and_(those, ~or_(*self._over(idle)))
        return select(session, user.c.roles, user.c.facility).join(user, is_user).where(living)

    def _mine(self, identifier: str) -> ColumnElement[bool]:
        return session.c.key == self._key(identifier)

    def _provider_key(self, at_provider: tuple[str, str]) -> str:
        _, named = at_provider
        return self._transaction.keyring.fingerprint("provider-session", *at_provider) if named else ""

    def _over(self, idle: float) -> tuple[ColumnElement[bool], ...]:
        late = (session.c.ends_at <= self._now,)
        return late if idle == float("inf") else (*late, session.c.active_at <= self._now - idle)

    def _key(self, identifier: str) -> str:
        return self._transaction.keyring.fingerprint("session", identifier)

    def _audit(self, of: User, action: str, name: str, detail: str) -> None:
        self._transaction.audit(
            AuditEntry(of.facility, "access", of.name, action, "session", name, detail=detail)
        )


def _read(row: Any) -> Session:
    return Session(row.name, user_of(row, row.user_name), Way(row.way), row.active_at, row.ends_at)
