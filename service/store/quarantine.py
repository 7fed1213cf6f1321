"""Quarantine: messages that nothing could be done with. They stay, whatever a person decides."""

from dataclasses import dataclass

from sqlalchemy import and_, select

from service.store.event_states import move
from service.store.events import Events
from service.store.tables import event
from service.store.transaction import AuditEntry, Transaction


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message that nothing could be done with, for the list of the interface analyst."""

    id: str
    sequence: int
    sender: str
    message_type: str
    control_id: str
    received_at: float
    reason: str


class Quarantine:
    """Finding what was set aside, and having it read again."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def page(self, facility: str, *, limit: int, before: int | None = None) -> list[Quarantined]:
        """The newest quarantined messages of a facility."""
        query = select(
            event.c.id,
            event.c.sequence,
            event.c.sender,
            event.c.message_type,
            event.c.control_id,
            event.c.received_at,
            event.c.reason,
        ).where(event.c.state == "quarantined")
        if facility != "*":
            query = query.where(event.c.facility == facility)
        if before is not None:
            query = query.where(event.c.sequence < before)
        rows = self._connection.execute(query.order_by(event.c.sequence.desc()).limit(limit))
        return [Quarantined(*row) for row in rows]

    def replay(self, identifier: str, facility: str, *, by: str) -> None:
        """Read a quarantined event again, as if it had just come."""
        Events(self._transaction).get(identifier, facility)
        which = and_(event.c.id == identifier, event.c.state == "quarantined")
        again = {"reason": "", "attempts": 0, "next_attempt_at": self._transaction.now}
        move(self._transaction, which, "received", **again)
        self._transaction.audit(AuditEntry(facility, "review", by, "replay", "event", identifier))
