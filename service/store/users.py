"""Users: people and feeds that call the API. Of a token or password only a hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from service.domain.errors import NotFound, WrongState
from service.store.access_tables import session
from service.store.tables import user
from service.store.transaction import AuditEntry, Transaction

ALL_FACILITIES = "*"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may call the API."""

    name: str
    roles: frozenset[str]
    facility: str  # "*" = all

    def reaches(self, facility: str) -> bool:
        """Whether rows of this facility exist for the user."""
        return self.facility in (ALL_FACILITIES, facility)


class Users:
    """Making, finding and revoking users."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def add(
        self, name: str, roles: frozenset[str], facility: str, *, by: str, subject: tuple[str, str] = ("", "")
    ) -> str:
        """Make a user; gives the token, which is shown once and kept nowhere.

        `subject`: the issuer and the subject by which an identity provider knows the person.
        """
        if not self.is_free(name):
            raise WrongState(f"there is already a user {name}")
        token = f"cc_{secrets.token_urlsafe(32)}"
        listed = ",".join(sorted(roles))
        row = insert(user).values(
            name=name,
            token_hash=_hash(token),
            roles=listed,
            facility=facility,
            created_at=self._transaction.now,
            revoked_at=0.0,
            subject_key=self._subject_key(subject),
        )
        self._connection.execute(row)
        self._audit(by, "user.add", name, listed)
        return token

    def revoke(self, name: str, *, by: str) -> None:
        """Token and password open nothing from now on, and nobody is signed in as the user any more."""
        self._change(name, revoked_at=self._transaction.now)
        self._sign_out(name)
        self._audit(by, "user.revoke", name, "")

    def set_password(self, name: str, hashed: str, *, by: str) -> None:
        """Give a new password; who is signed in as the user is so no longer."""
        self.keep_password(name, hashed)
        self._sign_out(name)
        self._audit(by, "user.password", name, "")

    def keep_password(self, name: str, hashed: str) -> None:
        """Keep another hash of the same password."""
        sealed = self._transaction.keyring.seal(hashed.encode(), _place(name))
        self._change(name, sealed_password=sealed)

    def password_of(self, name: str) -> str | None:
        """The hash of a user's password; None where there is no such user, or no password."""
        query = select(user.c.sealed_password).where(_living(name))
        sealed = self._connection.execute(query).scalar_one_or_none()
        return self._transaction.keyring.open(sealed, _place(name)).decode() if sealed else None

    def have_passwords(self) -> bool:
        """Whether anybody has one."""
        having = and_(user.c.sealed_password.is_not(None), user.c.revoked_at == 0.0)
        return self._connection.execute(select(user.c.name).where(having).limit(1)).first() is not None

    def set_roles(self, name: str, roles: frozenset[str], facility: str, *, by: str) -> None:
        """Give other roles, or another facility; they hold at once, for sessions too."""
        listed = ",".join(sorted(roles))
        self._change(name, roles=listed, facility=facility)
        self._audit(by, "user.roles", name, f"{listed} at {facility}")

    def named(self, name: str) -> User | None:
        """A user who is not revoked."""
        return self._one(_living(name))

    def by_subject(self, issuer: str, subject: str) -> tuple[User, bool] | None:
        """The user whom an identity provider knows by this, and whether it is revoked."""
        query = select(user).where(user.c.subject_key == self._subject_key((issuer, subject)))
        row = self._connection.execute(query).one_or_none()
        return (user_of(row, row.name), bool(row.revoked_at)) if row else None

    def is_free(self, name: str) -> bool:
        """Whether no user has, or had, this name."""
        return self._connection.execute(select(user.c.name).where(user.c.name == name)).first() is None

    def by_token(self, token: str) -> User | None:
        """The user whose token this is."""
        return self._one(and_(user.c.token_hash == _hash(token), user.c.revoked_at == 0.0))

    def all(self) -> list[User]:
        """Everybody who is not revoked."""
        rows = self._connection.execute(select(user).where(user.c.revoked_at == 0.0).order_by(user.c.name))
        return [user_of(row, row.name) for row in rows]

    def _one(self, which: ColumnElement[bool]) -> User | None:
        row = self._connection.execute(select(user).where(which)).one_or_none()
        return user_of(row, row.name) if row else None

    def _change(self, name: str, **values: Any) -> None:
        if not self._connection.execute(update(user).where(_living(name)).values(**values)).rowcount:
            raise NotFound(f"there is no user {name}")

    def _sign_out(self, name: str) -> None:
        self._connection.execute(delete(session).where(session.c.user_name == name))

    def _subject_key(self, subject: tuple[str, str]) -> str:
        return self._transaction.keyring.fingerprint("subject", *subject) if any(subject) else ""

    def _audit(self, by: str, action: str, name: str, detail: str) -> None:
        self._transaction.audit(AuditEntry(ALL_FACILITIES, "admin", by, action, "user", name, detail=detail))


def user_of(row: Any, name: str) -> User:
    """A user out of a row with roles and facility."""
    return User(name, frozenset(row.roles.split(",")), row.facility)


def _living(name: str) -> ColumnElement[bool]:
    return and_(user.c.name == name, user.c.revoked_at == 0.0)


def _place(name: str) -> str:
    return f"password/{name}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
