"""Rows of the outbox, read: how charges stand at their destinations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Exists,
    FromClause,
    Select,
    and_,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from service.domain.charge import PostingState
from service.domain.errors import NotFound
from service.store.tables import posting
from service.store.transaction import AuditEntry, Transaction
from service.store.walls import within


@dataclass(frozen=True, slots=True)
class Posting:
    """A charge on its way to one destination."""

    id: str
    sequence: int
    facility: str
    charge_key: str
    destination: str
    state: PostingState
    control_id: str  # MSH-10; charges that leave in one message have the same
    account_key: str = field(repr=False)
    visit_key: str = field(repr=False)
    attempts: int
    note: str
    may_be_held: bool  # an attempt ended without a lawful answer
    is_refused: bool  # by billing itself, which certainly does not hold its message
    waits_for: str  # key of the credit that billing must have first; "" = of none
    billed_at: float  # 0 = billing has not told of the charge by itself
    created_at: float
    updated_at: float
    body: bytes | None = field(repr=False)
    answer: bytes | None = field(repr=False)


def refusal_of(found: Posting, state: PostingState) -> dict[str, str]:
    """What is kept of the message when billing refuses it: it may yet say something of that one."""
    return {"refused_id": found.control_id} if state is PostingState.REFUSED else {}


class PostingRows:
    """Reading the outbox."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._now = transaction.now
        self._keyring = transaction.keyring

    def of_charge(self, charge_key: str) -> list[Posting]:
        """How a charge stands at each destination."""
        return self._read(select(posting).where(posting.c.charge_key == charge_key))

    def of_control_id(self, control_id: str, facility: str) -> list[Posting]:
        """The postings of one message, refused before or not, of a facility ("*" = any), locked."""
        # Told to be none that is empty, as its index has only those.
        was_refused = and_(posting.c.refused_id != "", posting.c.refused_id == control_id)
        of_it = or_(posting.c.control_id == control_id, was_refused)
        query = select(posting).where(of_it, within(posting, facility))
        return self._read(query.order_by(posting.c.sequence).with_for_update())

    def get(self, identifier: str, facility: str) -> Posting:
        """One posting within a facility ("*" = any)."""
        query = select(posting).where(posting.c.id == identifier, within(posting, facility))
        found = self._read(query)
        if not found:
            raise NotFound("there is no such posting")
        return found[0]

    def page(self, facility: str, *, states: Sequence[str], limit: int, after: int = 0) -> list[Posting]:
        """A page of postings in the given states, in order of approval."""
        query = select(posting).where(posting.c.state.in_(states)).where(posting.c.sequence > after)
        query = query.where(within(posting, facility)).order_by(posting.c.sequence)
        return self._read(query.limit(limit))

    def oldest_due(self, destinations: Sequence[str]) -> float | None:
        """Since when the posting has been due that has waited longest; None = nobody waits."""
        to = posting.c.destination.in_(destinations)
        query = select(posting.c.next_attempt_at).where(self._due(), to, not_(one_before()))
        due: float | None = self._connection.scalar(query.order_by(posting.c.sequence).limit(1))
        if due is not None:
            return due
        over = and_(is_leased(), posting.c.lease_until <= self._now)
        lost: float | None = self._connection.scalar(select(func.min(posting.c.lease_until)).where(over, to))
        return lost

    def _due(self) -> ColumnElement[bool]:
        is_pending = posting.c.state == PostingState.PENDING.value
        return and_(is_pending, posting.c.next_attempt_at <= self._now, not_(waits_for_credit()))

    def _sealed(self, found: Posting, answer: bytes) -> dict[str, bytes]:
        place = place_of(found.id, found.facility, "answer")
        return {"sealed_answer": self._keyring.seal(answer, place)} if answer else {}

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
            account_key=row.account_key,
            visit_key=row.visit_key,
            attempts=row.attempts,
            note=row.note,
            may_be_held=row.may_be_held,
            is_refused=row.refused_id == row.control_id,
            waits_for=row.waits_for,
            billed_at=row.billed_at,
            created_at=row.created_at,
            updated_at=row.updated_at,
            body=self._open(row, row.sealed_body, "body"),
            answer=self._open(row, row.sealed_answer, "answer"),
        )

    def _open(self, row: Any, sealed: bytes | None, part: str) -> bytes | None:
        return self._keyring.open(sealed, place_of(row.id, row.facility, part)) if sealed else None


def on_its_way(table: FromClause = posting) -> ColumnElement[bool]:
    """Pending or sending; in the words of the partial indexes, or they are of no use."""
    return table.c.state.in_([literal_column("'pending'"), literal_column("'sending'")])


def is_leased() -> ColumnElement[bool]:
    """With a worker, or with billing, that may never be heard of again; in the words of the index."""
    return posting.c.state.in_([literal_column("'sending'"), literal_column("'awaiting'")])


@cache  # to build it takes longer than to ask it
def one_before() -> Exists:
    """Whether another of the same account and destination that came before is still on its way."""
    before = posting.alias("before")
    return exists().where(
        before.c.destination == posting.c.destination,
        before.c.account_key == posting.c.account_key,
        before.c.account_key != "",
        on_its_way(before),
        not_(waits_for_credit(before)),
        before.c.sequence < posting.c.sequence,
    )


@cache
def waits_for_credit(table: FromClause = posting) -> ColumnElement[bool]:
    """Whether it stands in the place of a charge whose credit billing has not, or not for certain."""
    credit = posting.alias()
    settled = (PostingState.POSTED.value, PostingState.CANCELLED.value)
    is_open = exists().where(
        credit.c.charge_key == table.c.waits_for,
        credit.c.destination == table.c.destination,
        credit.c.state.not_in(settled),
    )
    return and_(table.c.waits_for != "", is_open)


def place_of(identifier: str, facility: str, part: str) -> str:
    return f"posting/{identifier}/{facility}/{part}"
