"""Keepsakes: what a user keeps here: views, settings, drafts. Sealed, and nobody else's."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, delete, func, select

from service.domain.errors import NotFound, WrongState
from service.store.review_tables import keepsake
from service.store.transaction import Transaction, insert_of

_MOST = 500  # of one kind


class Kind(StrEnum):
    """What is kept."""

    VIEW = "view"
    SETTINGS = "settings"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Keepsake:
    """One thing that is kept."""

    name: str
    version: int
    updated_at: float
    content: Any = field(repr=False)


class Keepsakes:
    """Keeping, finding and dropping."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._keyring = transaction.keyring
        self._now = transaction.now

    def all(self, user: str, kind: Kind) -> list[Keepsake]:
        """Everything of a kind, by name."""
        query = select(keepsake).where(keepsake.c.user_name == user, keepsake.c.kind == kind.value)
        return [self._read(row) for row in self._connection.execute(query.order_by(keepsake.c.name))]

    def get(self, user: str, kind: Kind, name: str) -> Keepsake:
        """One thing, by its name."""
        if found := self.find(user, kind, name):
            return found
        raise NotFound(f"there is no {kind} of that name")

    def find(self, user: str, kind: Kind, name: str) -> Keepsake | None:
        """The same; None where nothing is kept under the name."""
        row = self._connection.execute(select(keepsake).where(_named(user, kind, name))).one_or_none()
        return self._read(row) if row else None

    def put(self, user: str, kind: Kind, name: str, content: Any) -> Keepsake:
        """Keep something under a name, in the place of what was kept under it."""
        of_kind = and_(keepsake.c.user_name == user, keepsake.c.kind == kind.value)
        kept = self._connection.scalar(select(func.count()).where(of_kind, keepsake.c.name != name)) or 0
        if kept >= _MOST:
            raise WrongState(f"there are {_MOST} of them: drop one first")
        sealed = self._keyring.seal(orjson.dumps(content), _place(user, kind, name))
        row = {"user_name": user, "kind": kind.value, "name": name, "version": 1}
        values = {"updated_at": self._now, "sealed_content": sealed}
        put = insert_of(self._connection)(keepsake).values(**row, **values)
        again = put.on_conflict_do_update(
            index_elements=[keepsake.c.user_name, keepsake.c.kind, keepsake.c.name],
            set_={**values, "version": keepsake.c.version + 1},
        )
        self._connection.execute(again)
        return self.get(user, kind, name)

    def drop(self, user: str, kind: Kind, name: str) -> None:
        """Keep it no longer."""
        self._connection.execute(delete(keepsake).where(_named(user, kind, name)))

    def _read(self, row: Any) -> Keepsake:
        content = self._keyring.open(row.sealed_content, _place(row.user_name, Kind(row.kind), row.name))
        return Keepsake(row.name, row.version, row.updated_at, orjson.loads(content))


def _named(user: str, kind: Kind, name: str) -> ColumnElement[bool]:
    return and_(keepsake.c.user_name == user, keepsake.c.kind == kind.value, keepsake.c.name == name)


def _place(user: str, kind: Kind, name: str) -> str:
    return f"keepsake/{user}/{kind.value}/{name}"
