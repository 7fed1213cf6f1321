"""Postings: the outbox. A pending row is a job; one that was being sent when its worker died is unknown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, and_, insert, or_, select, update

from service.domain.charge import Parcel, PostingState
from service.domain.errors import LeaseLost, NotFound, WrongState
from service.domain.ids import new_control_id, new_id
from service.store.tables import posting
from service.store.transaction import AuditEntry, Transaction


@dataclass(frozen=True, slots=True)
class Posting:
    """A charge on its way to one destination."""

    id: str
    sequence: int
    facility: str
    charge_key: str
    destination: str
    state: PostingState
    control_id: str  # MSH-10
    attempts: int
    note: str
    may_be_held: bool  # an attempt ended without a lawful answer
    updated_at: float
    body: bytes | None = field(repr=False)
    answer: bytes | None = field(repr=False)


class Postings:
    """Filling the outbox, claiming from it, and recording how it went."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._now = transaction.now
        self._keyring = transaction.keyring

    def add(self, facility: str, charge_key: str, destination: str) -> None:
        """Commit, with the approval, to post a charge."""
        row = {
            "id": new_id(),
            "facility": facility,
            "charge_key": charge_key,
            "destination": destination,
            "state": PostingState.PENDING.value,
            "control_id": new_control_id(),
            "may_be_held": False,
            "sealed_body": None,
            "sealed_answer": None,
            "note": "",
            "attempts": 0,
            "next_attempt_at": self._now,
            "lease_until": 0.0,
            "created_at": self._now,
            "updated_at": self._now,
        }
        self._connection.execute(insert(posting), row)

    def claim(self, destinations: Sequence[str], lease: float) -> Posting | None:
        """Lease the oldest due posting. From here on bytes may leave: a lost lease means unknown."""
        due = and_(posting.c.state == PostingState.PENDING.value, posting.c.next_attempt_at <= self._now)
        query = select(posting).where(due).where(posting.c.destination.in_(destinations))
        query = query.order_by(posting.c.sequence).limit(1).with_for_update(skip_locked=True)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        claimed = update(posting).where(posting.c.id == row.id).returning(posting)
        values = {"state": PostingState.SENDING.value, "attempts": row.attempts + 1}
        claimed = claimed.values(**values, lease_until=self._now + lease, updated_at=self._now)
        return self._posting(self._connection.execute(claimed).one())

    def fix(self, claimed: Posting, parcel: Parcel) -> None:
        """Keep the very bytes that are going to be sent, before the first of them is."""
        sealed = self._keyring.seal(parcel.body, _place(claimed.id, claimed.facility, "body"))
        self._update_claimed(claimed, sealed_body=sealed)

    def record(
        self,
        claimed: Posting,
        state: PostingState,
        note: str,
        *,
        answer: bytes = b"",
        delay: float = 0.0,
        uncertain: bool = False,
    ) -> None:
        """Say how an attempt went. `note` holds no patient data; `uncertain`: billing may hold the charge."""
        values: dict[str, Any] = {
            "state": state.value,
            "note": note,
            "lease_until": 0.0,
            "next_attempt_at": self._now + delay,
            "updated_at": self._now,
            "may_be_held": claimed.may_be_held or uncertain,
        }
        if answer:
            place = _place(claimed.id, claimed.facility, "answer")
            values["sealed_answer"] = self._keyring.seal(answer, place)
        self._update_claimed(claimed, **values)
        self._audit(claimed, "service", f"posting.{state.value}")

    def _update_claimed(self, claimed: Posting, **values: Any) -> None:
        """Change a posting that is still this worker's: who lost the lease may no longer say anything."""
        mine = and_(
            posting.c.id == claimed.id,
            posting.c.state == PostingState.SENDING.value,
            posting.c.attempts == claimed.attempts,
        )
        if not self._connection.execute(update(posting).where(mine).values(**values)).rowcount:
            raise LeaseLost

    def abandon_lost(self) -> list[Posting]:
        """Postings whose worker died while sending: billing may hold them, so a person decides."""
        lost = and_(posting.c.state == PostingState.SENDING.value, posting.c.lease_until <= self._now)
        found = self._read(select(posting).where(lost).with_for_update(skip_locked=True))
        for each in found:
            self.record(each, PostingState.UNKNOWN, "the service stopped while sending", uncertain=True)
        return found

    def settle(self, found: Posting, state: PostingState, reason: str, *, by: str) -> None:
        """A person decides about a posting: from here on its fate is no longer uncertain."""
        settled = update(posting).where(and_(posting.c.id == found.id, posting.c.state == found.state.value))
        settled = settled.values(
            state=state.value,
            note=reason,
            next_attempt_at=self._now,
            updated_at=self._now,
            may_be_held=False,
        )
        if not self._connection.execute(settled).rowcount:
            raise WrongState("the posting has moved on: look again")
        self._audit(found, by, f"settle.{state.value}")

    def cancel(self, charge_key: str, *, by: str) -> bool:
        """Take a charge back while billing certainly does not hold it; False when that is too late.

        A refused one is cancelled too, so that it cannot be sent again after its correction.
        """
        states = (PostingState.PENDING.value, PostingState.REFUSED.value, PostingState.CANCELLED.value)
        not_held = and_(posting.c.state.in_(states), posting.c.may_be_held.is_(False))
        ours = select(posting).where(posting.c.charge_key == charge_key)
        found = self._read(ours.with_for_update())
        cancellable = self._read(ours.where(not_held))
        if len(cancellable) < len(found):
            return False
        for each in found:
            self.settle(each, PostingState.CANCELLED, "taken back", by=by)
        return True

    def of_charge(self, charge_key: str) -> list[Posting]:
        """How a charge stands at each destination."""
        return self._read(select(posting).where(posting.c.charge_key == charge_key))

    def get(self, identifier: str, facility: str) -> Posting:
        """One posting within a facility ("*" = any)."""
        query = select(posting).where(posting.c.id == identifier)
        if facility != "*":
            query = query.where(posting.c.facility == facility)
        found = self._read(query)
        if not found:
            raise NotFound("there is no such posting")
        return found[0]

    def page(self, facility: str, *, states: Sequence[str], limit: int, after: int = 0) -> list[Posting]:
        """A page of postings in the given states, in order of approval."""
        query = select(posting).where(posting.c.state.in_(states)).where(posting.c.sequence > after)
        if facility != "*":
            query = query.where(posting.c.facility == facility)
        return self._read(query.order_by(posting.c.sequence).limit(limit))

    def oldest_due(self, destinations: Sequence[str]) -> float | None:
        """Since when the posting has been due that has waited longest; None = nobody waits."""
        waits = and_(
            posting.c.destination.in_(destinations),
            or_(
                and_(posting.c.state == PostingState.PENDING.value, posting.c.next_attempt_at <= self._now),
                and_(posting.c.state == PostingState.SENDING.value, posting.c.lease_until <= self._now),
            ),
        )
        query = select(posting.c.next_attempt_at).where(waits).order_by(posting.c.sequence).limit(1)
        return self._connection.scalar(query)

    def _audit(self, found: Posting, by: str, action: str) -> None:
        entry = AuditEntry(found.facility, "posting", by, action, "posting", found.id)
        self._transaction.audit(entry)

    def _read(self, query: Select[Any]) -> list[Posting]:
        return [self._posting(row) for row in self._connection.execute(query)]

    def _posting(self, row: Any) -> Posting:
        return Posting(
            id=row.id,
            sequence=row.sequence,
            facility=row.facility,
            charge_key=row.charge_key,
            destination=row.destination,
            state=PostingState(row.state),
            control_id=row.control_id,
            attempts=row.attempts,
            note=row.note,
            may_be_held=row.may_be_held,
            updated_at=row.updated_at,
            body=self._open(row, row.sealed_body, "body"),
            answer=self._open(row, row.sealed_answer, "answer"),
        )

    def _open(self, row: Any, sealed: bytes | None, part: str) -> bytes | None:
        return self._keyring.open(sealed, _place(row.id, row.facility, part)) if sealed else None


def _place(identifier: str, facility: str, part: str) -> str:
    return f"posting/{identifier}/{facility}/{part}"
