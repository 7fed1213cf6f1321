"""Arrivals: the newest messages, as an operator sees them pass. No word of what they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from service.store.tables import event
from service.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Passed:
    """A message that came."""

    sequence: int
    id: str
    feed: str  # that took it; "" = none did
    sender: str
    message_type: str
    control_id: str
    received_at: float
    state: str
    answer: bytes
    format: str
    reused: bool  # its control id stood on other bytes before
    sequencing: str  # of its number (MSH-13): gap, late, again, restart


class Arrivals:
    """Reading what came, in the order of arrival."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def newest(self) -> int:
        """The sequence of the newest message; 0 = none came."""
        return self._connection.scalar(select(func.max(event.c.sequence))) or 0

    def after(self, sequence: int, *, feed: str | None, limit: int) -> list[Passed]:
        """What came after a sequence number, the oldest first."""
        conditions: list[ColumnElement[bool]] = [event.c.sequence > sequence]
        if feed is not None:
            conditions.append(event.c.taken_by == feed)
        query = select(*_COLUMNS).where(and_(*conditions)).order_by(event.c.sequence).limit(limit)
        return [Passed(*row) for row in self._connection.execute(query)]

    def states(self, identifiers: Sequence[str]) -> dict[str, str]:
        """What has become of messages, by id."""
        query = select(event.c.id, event.c.state).where(event.c.id.in_(identifiers))
        return {row.id: row.state for row in self._connection.execute(query)}


_COLUMNS: tuple[ColumnElement[Any], ...] = (
    event.c.sequence,
    event.c.id,
    event.c.taken_by,
    event.c.sender,
    event.c.message_type,
    event.c.control_id,
    event.c.received_at,
    event.c.state,
    event.c.answer,
    event.c.format,
    event.c.reused,
    event.c.sequencing,
)
