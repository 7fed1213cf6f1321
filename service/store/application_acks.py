"""Later acknowledgements: an outbox, filled with the messages that ask for them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from service.domain.event import Arrival
from service.domain.ids import new_control_id
from service.store.ack_tables import application_ack as ack
from service.store.tables import event
from service.store.transaction import Transaction
from service.store.walls import within


@dataclass(frozen=True, slots=True)
class OwedAck:
    """An acknowledgement that is due: its message has been read, or cannot be."""

    event_id: str
    facility: str
    wanted: str  # MSH-16
    control_id: str
    address: str
    attempts: int
    event_state: str
    reason: str  # of the quarantine


@dataclass(frozen=True, slots=True)
class AckTally:
    """Acknowledgements of one sender that stand alike."""

    sender: str
    address: str
    state: str
    note: str
    count: int
    since: float


class ApplicationAcks:
    """Filling the outbox, claiming from it, and recording how it went."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._now = transaction.now

    def owe(self, stored: Iterable[tuple[str, Arrival]], address_of: Callable[[str], str]) -> None:
        """Note which of these messages, by event id, ask for a later acknowledgement; a repeat asks once."""
        asking = {event_id: arrival for event_id, arrival in stored if arrival.application_ack}
        if not asking:
            return
        known = select(ack.c.event_id).where(ack.c.event_id.in_(list(asking)))
        for event_id in self._connection.scalars(known):
            del asking[event_id]
        rows = [
            {
                "event_id": event_id,
                "facility": arrival.facility,
                "sender": arrival.sender.replace("\x00", "\N{REPLACEMENT CHARACTER}"),
                "wanted": arrival.application_ack,
                "control_id": new_control_id(),
                "address": address_of(arrival.sender),
                "state": "owed",
                "note": "",
                "attempts": 0,
                "next_attempt_at": self._now,
                "lease_until": 0.0,
                "created_at": self._now,
            }
            for event_id, arrival in asking.items()
        ]
        if rows:
            self._connection.execute(insert(ack), rows)

    def readdress(self, address_of: Callable[[str], str]) -> None:
        """Take over what the feeds now say of senders whose acknowledgements are still owed."""
        owed = select(ack.c.sender, ack.c.address).where(ack.c.state == "owed").distinct()
        for sender, address in self._connection.execute(owed).all():
            if address_of(sender) != address:
                of_sender = and_(ack.c.state == "owed", ack.c.sender == sender)
                self._connection.execute(update(ack).where(of_sender).values(address=address_of(sender)))

    def oldest_due(self) -> float | None:
        """Since when the oldest is due; None = none is."""
        query = select(func.min(ack.c.next_attempt_at)).select_from(_WITH_EVENT).where(self._due())
        oldest: float | None = self._connection.scalar(query)
        return oldest

    def claim(self, limit: int, lease: float) -> list[OwedAck]:
        """Lease the oldest that are due, all of one address."""
        oldest = select(ack.c.address).select_from(_WITH_EVENT).where(self._due())
        address = self._connection.scalar(oldest.order_by(ack.c.next_attempt_at).limit(1))
        if address is None:
            return []
        columns = (ack.c.event_id, ack.c.facility, ack.c.wanted, ack.c.control_id, ack.c.address)
        query = select(*columns, ack.c.attempts, event.c.state, event.c.reason).select_from(_WITH_EVENT)
        query = query.where(self._due(), ack.c.address == address).order_by(ack.c.next_attempt_at)
        rows = self._connection.execute(query.limit(limit).with_for_update(skip_locked=True, of=ack)).all()
        claimed = update(ack).where(ack.c.event_id.in_([row.event_id for row in rows]))
        leased = claimed.values(lease_until=self._now + lease, attempts=ack.c.attempts + 1)
        self._connection.execute(leased)
        return [OwedAck(*row) for row in rows]

    def _due(self) -> ColumnElement[bool]:
        return and_(
            ack.c.state == "owed",
            ack.c.address != "",
            ack.c.next_attempt_at <= self._now,
            ack.c.lease_until <= self._now,
            event.c.state != "received",
        )

    def finish(self, owed: OwedAck, state: str, note: str = "") -> None:
        """Say how one ended: sent, not_wanted or failed."""
        self._change(owed, state=state, note=note)

    def retry_later(self, owed: OwedAck, delay: float, note: str) -> None:
        """Give one back, to be sent again after `delay` seconds."""
        self._change(owed, next_attempt_at=self._now + delay, note=note)

    def give_back(self, claimed: Sequence[OwedAck]) -> None:
        """Give back what there was no time for."""
        back = update(ack).where(ack.c.event_id.in_([owed.event_id for owed in claimed]))
        self._connection.execute(back.values(lease_until=0.0, attempts=ack.c.attempts - 1))

    def _change(self, owed: OwedAck, **values: object) -> None:
        change = update(ack).where(ack.c.event_id == owed.event_id)
        self._connection.execute(change.values(lease_until=0.0, **values))

    def standing(self, facility: str) -> list[AckTally]:
        """What was not sent, by sender: owed (without an address: for ever), and failed."""
        grouped = (ack.c.sender, ack.c.address, ack.c.state, ack.c.note)
        query = select(*grouped, func.count(), func.min(ack.c.created_at)).group_by(*grouped)
        query = query.where(ack.c.state.in_(["owed", "failed"]), within(ack, facility))
        return [AckTally(*row) for row in self._connection.execute(query.order_by(*grouped))]


_WITH_EVENT = ack.join(event, event.c.id == ack.c.event_id)
