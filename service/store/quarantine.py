"""Quarantine: messages that nothing could be done with. They stay, whatever a person decides."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, select

from service.domain.errors import NotFound, WrongState
from service.store.event_states import move
from service.store.feed_tables import event_discard
from service.store.tables import event
from service.store.transaction import AuditEntry, Transaction
from service.store.users import ALL_FACILITIES
from service.store.walls import within

ASIDE = ("quarantined", "discarded")


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message that nothing could be done with, for the list of the interface analyst."""

    id: str
    sequence: int
    facility: str
    feed: str  # that took it when it came; "" = none did
    sender: str
    peer: str  # HOST:PORT that it came from over MLLP, or the API client; "" = neither
    message_type: str
    control_id: str
    received_at: float
    state: str  # quarantined or discarded
    reason: str  # no patient data


@dataclass(frozen=True, slots=True)
class Discard:
    """That a person wants nothing more to be done with a message, and why."""

    by: str
    at: float
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Which:
    """A choice of stored messages; what is left out chooses nothing."""

    facility: str = ALL_FACILITIES
    state: str = "quarantined"
    feed: str | None = None  # "" = messages that no feed took
    reason: str = ""  # a part of it
    since: float = 0.0

    def condition(self) -> ColumnElement[bool]:
        """As the database is asked."""
        conditions = [event.c.state == self.state, event.c.received_at >= self.since]
        conditions.append(within(event, self.facility))
        if self.feed is not None:
            conditions.append(event.c.taken_by == self.feed)
        if self.reason:
            conditions.append(func.lower(event.c.reason).contains(self.reason.lower(), autoescape=True))
        return and_(*conditions)


class Quarantine:
    """Finding what was set aside, and saying what is to be done with it."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def page(self, which: Which, *, limit: int, before: int | None = None) -> list[Quarantined]:
        """The newest that were chosen."""
        query = select(*_COLUMNS).where(which.condition())
        if before is not None:
            query = query.where(event.c.sequence < before)
        rows = self._connection.execute(query.order_by(event.c.sequence.desc()).limit(limit))
        return [Quarantined(*row) for row in rows]

    def get(self, identifier: str, facility: str) -> tuple[Quarantined, Discard | None]:
        """One message that is, or was discarded from, quarantine, within a facility ("*" = any)."""
        query = select(*_COLUMNS).where(event.c.id == identifier, event.c.state.in_(ASIDE))
        row = self._connection.execute(query.where(within(event, facility))).one_or_none()
        if row is None:
            raise NotFound("there is no such message in quarantine")
        return Quarantined(*row), self._discard(identifier) if row.state == "discarded" else None

    def reasons(self, facility: str, feed: str, *, limit: int) -> list[tuple[str, int]]:
        """(reason, how many messages) of what stands in quarantine of a feed, the most frequent first."""
        count = func.count()
        which = Which(facility, feed=feed).condition()
        query = select(event.c.reason, count).where(which).group_by(event.c.reason)
        rows = self._connection.execute(query.order_by(count.desc(), event.c.reason).limit(limit))
        return [(row[0], row[1]) for row in rows]

    def discard(self, identifier: str, facility: str, reason: str, *, by: str) -> None:
        """Have nothing more be done with a message. It stays, and may be replayed all the same."""
        found, _ = self.get(identifier, facility)
        if not move(self._transaction, _in_state(identifier, "quarantined"), "discarded"):
            raise WrongState("it was discarded before")
        sealed = self._transaction.keyring.seal(reason.encode(), _place(identifier))
        row = {"event_id": identifier, "discarded_at": self._transaction.now, "discarded_by": by}
        self._connection.execute(insert(event_discard).values(**row, sealed_reason=sealed))
        self._transaction.audit(AuditEntry(found.facility, "review", by, "discard", "event", identifier))

    def _discard(self, identifier: str) -> Discard:
        newest = select(event_discard).where(event_discard.c.event_id == identifier)
        row = self._connection.execute(newest.order_by(event_discard.c.discarded_at.desc()).limit(1)).one()
        reason = self._transaction.keyring.open(row.sealed_reason, _place(identifier)).decode()
        return Discard(row.discarded_by, row.discarded_at, reason)


class Replays:
    """Having messages read again, whatever became of them before."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def chosen(self, which: Which, *, limit: int, after: int = 0) -> list[tuple[int, str]]:
        """(sequence, id) of the oldest that were chosen, after a sequence number."""
        query = select(event.c.sequence, event.c.id).where(which.condition(), event.c.sequence > after)
        rows = self._connection.execute(query.order_by(event.c.sequence).limit(limit))
        return [(row.sequence, row.id) for row in rows]

    def told(self, identifier: str) -> tuple[str, str]:
        """(state, reason) of a message."""
        row = self._connection.execute(select(event.c.state, event.c.reason).where(event.c.id == identifier))
        found = row.one()
        return found.state, found.reason

    def replay(self, identifier: str, facility: str, *, message_type: str, by: str) -> bool:
        """Have a message read as if it had just come; False when it waits for that already."""
        again = {"reason": "", "attempts": 0, "next_attempt_at": self._transaction.now}
        read_before = and_(event.c.id == identifier, event.c.state != "received")
        if not move(self._transaction, read_before, "received", message_type=message_type, **again):
            return False
        self._transaction.audit(AuditEntry(facility, "review", by, "replay", "event", identifier))
        return True


_COLUMNS: tuple[ColumnElement[Any], ...] = (
    event.c.id,
    event.c.sequence,
    event.c.facility,
    event.c.taken_by,
    event.c.sender,
    event.c.peer,
    event.c.message_type,
    event.c.control_id,
    event.c.received_at,
    event.c.state,
    event.c.reason,
)


def _in_state(identifier: str, state: str) -> ColumnElement[bool]:
    return and_(event.c.id == identifier, event.c.state == state)


def _place(identifier: str) -> str:
    return f"event_discard/{identifier}"
