"""Publications: which mappings hold, since when, and who said so."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, func, insert, select

from service.domain.errors import WrongState
from service.store.event_states import move
from service.store.tables import LIVE, candidate, event, procedure_event, publication
from service.store.transaction import AuditEntry, Transaction
from service.store.users import ALL_FACILITIES

_LOCK: Final = 7_215_002  # any number, the same in every process; not that of migrate


@dataclass(frozen=True, slots=True)
class Publication:
    """A folder of mappings that was declared to hold."""

    digest: str  # SHA-256 over the folder
    by: str
    at: float
    tables: int
    feeds: int


class Publications:
    """Publishing mappings, and having open lines charted anew."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def current(self) -> Publication | None:
        """What was published last."""
        newest = select(publication).order_by(publication.c.sequence.desc()).limit(1)
        row = self._connection.execute(newest).one_or_none()
        if row is None:
            return None
        return Publication(row.digest, row.published_by, row.published_at, row.tables, row.feeds)

    def publish(self, digest: str, *, by: str, tables: int, feeds: int) -> None:
        """Declare that these mappings hold; WrongState when they do already."""
        self._wait_for_others()
        current = self.current()
        if current and current.digest == digest:
            raise WrongState(f"mappings {digest[:12]} are the published ones already, by {current.by}")
        said = {"digest": digest, "published_by": by, "published_at": self._transaction.now}
        self._connection.execute(insert(publication).values(**said, tables=tables, feeds=feeds))
        self._audit("mappings.publish", by, digest, 1, f"{tables} tables, {feeds} feeds")

    def re_evaluate(self, digest: str, *, by: str) -> tuple[int, int]:
        """Have every procedure with an open line charted anew; gives how many, and of how many messages."""
        is_open = select(candidate.c.procedure_id).where(candidate.c.status.in_(LIVE)).distinct()
        procedures = self._connection.scalar(select(func.count()).select_from(is_open.subquery())) or 0
        documenting = select(procedure_event.c.event_id).where(procedure_event.c.procedure_id.in_(is_open))
        # What is quarantined, or waits to be read, stays as it is.
        done = event.c.state.in_(("charted", "no_charge"))
        again = {"attempts": 0, "next_attempt_at": self._transaction.now}
        messages = move(self._transaction, and_(event.c.id.in_(documenting), done), "received", **again)
        self._audit("mappings.re-evaluate", by, digest, messages, f"{procedures} procedures")
        return procedures, messages

    def _wait_for_others(self) -> None:
        """One publishes at a time; on SQLite whoever writes is alone anyway."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))

    def _audit(self, action: str, by: str, digest: str, count: int, detail: str) -> None:
        entry = AuditEntry(ALL_FACILITIES, "admin", by, action, "mappings", digest, count, detail)
        self._transaction.audit(entry)
