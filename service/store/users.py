"""Users: people and feeds that call the API, known by a token of which only the hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import and_, insert, select, update

from service.domain.errors import NotFound, WrongState
from service.store.tables import user
from service.store.transaction import AuditEntry, Transaction

ROLES = ("feed", "coder", "lead", "auditor", "admin", "monitor")
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

    def add(self, name: str, roles: frozenset[str], facility: str, *, by: str) -> str:
        """Make a user; gives the token, which is shown once and kept nowhere."""
        if self._connection.execute(select(user.c.name).where(user.c.name == name)).first():
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
        )
        self._connection.execute(row)
        self._audit(by, "user.add", name, listed)
        return token

    def revoke(self, name: str, *, by: str) -> None:
        """The token of the user opens nothing from now on."""
        living = and_(user.c.name == name, user.c.revoked_at == 0.0)
        revoked = update(user).where(living).values(revoked_at=self._transaction.now)
        if not self._connection.execute(revoked).rowcount:
            raise NotFound(f"there is no user {name}")
        self._audit(by, "user.revoke", name, "")

    def by_token(self, token: str) -> User | None:
        """The user whose token this is."""
        query = select(user).where(and_(user.c.token_hash == _hash(token), user.c.revoked_at == 0.0))
        row = self._connection.execute(query).one_or_none()
        return User(row.name, frozenset(row.roles.split(",")), row.facility) if row else None

    def all(self) -> list[User]:
        """Everybody who is not revoked."""
        rows = self._connection.execute(select(user).where(user.c.revoked_at == 0.0).order_by(user.c.name))
        return [User(row.name, frozenset(row.roles.split(",")), row.facility) for row in rows]

    def _audit(self, by: str, action: str, name: str, detail: str) -> None:
        self._transaction.audit(AuditEntry(ALL_FACILITIES, "admin", by, action, "user", name, detail=detail))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
