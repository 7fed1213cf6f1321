"""The ledger: proves that nothing was lost between the door and billing, and nothing charged twice.

Each check holds two sums that were written by different hands (an audit row and a message, a decision and a
charge, ...) against each other.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, FromClause, and_, case, exists, func, not_, or_, select

from service.store.audit import verify
from service.store.event_states import TALLIED
from service.store.feed_tables import feed_tally
from service.store.keyring import Keyring
from service.store.posting_rows import waits_for_credit
from service.store.tables import audit, candidate, charge, decision, event, posting, procedure_event

_CANDIDATE_STATES = ("proposed", "waiting", "second_review", "approved", "rejected", "superseded")
_POSTING_STATES = ("pending", "sending", "awaiting", "posted", "refused", "unknown", "cancelled")
_NOT_IN_BILLING = ("refused", "cancelled")


@dataclass(frozen=True, slots=True)
class Check:
    """Two sums that must be equal."""

    name: str
    expected: int
    found: int

    @property
    def holds(self) -> bool:
        """Whether the sums agree."""
        return self.expected == self.found


@dataclass(frozen=True, slots=True)
class Ledger:
    """How many of each there are, and whether the sums agree."""

    sums: dict[str, dict[str, int]]
    checks: tuple[Check, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is missing and nothing is there twice."""
        return all(check.holds for check in self.checks)


def draw_up(connection: Connection, keyring: Keyring) -> Ledger:
    """Count everything in one transaction."""
    sums = {
        "messages": _by_state(connection, event.c.state, tuple(TALLIED)),
        "candidates": _by_state(connection, candidate.c.status, _CANDIDATE_STATES),
        "charges": _by_state(connection, charge.c.kind, ("CG", "CD")),
        "postings": _by_state(connection, posting.c.state, _POSTING_STATES),
    }
    duplicates = connection.scalar(select(func.coalesce(func.sum(event.c.duplicates), 0)))
    sums["messages"]["duplicate"] = int(duplicates or 0)
    checks = (
        *_message_checks(connection, sums["messages"]),
        *_approval_checks(connection, sums),
        *_posting_checks(connection),
        Check("audit chains that are broken", 0, sum(1 for _ in verify(connection, keyring))),
    )
    return Ledger(sums, checks)


def _message_checks(connection: Connection, messages: dict[str, int]) -> list[Check]:
    answered = connection.scalar(select(func.sum(audit.c.count)).where(audit.c.action == "receive"))
    linked = exists().where(procedure_event.c.event_id == event.c.id)
    of_event = procedure_event.c.event_id == event.c.id
    queued = exists().where(and_(of_event, candidate.c.procedure_id == procedure_event.c.procedure_id))
    charted = event.c.state == "charted"
    known = sum(messages[state] for state in (*TALLIED, "duplicate"))
    return [
        Check("messages answered = stored + duplicates", int(answered or 0), known),
        *_tally_checks(connection, messages),
        Check("charted messages without a procedure", 0, _count(connection, event, charted, not_(linked))),
        Check("charted messages without a queue line", 0, _count(connection, event, charted, not_(queued))),
    ]


def _tally_checks(connection: Connection, messages: dict[str, int]) -> list[Check]:
    """What was counted of the feeds, against the messages themselves."""
    names = ("received", "duplicates", *TALLIED.values())
    ever = select(*(func.coalesce(func.sum(feed_tally.c[name]), 0).label(name) for name in names))
    tallied = connection.execute(ever.where(feed_tally.c.hour == 0)).one()
    known = sum(messages[state] for state in (*TALLIED, "duplicate"))
    states = {state: int(getattr(tallied, name)) for state, name in TALLIED.items()}
    return [
        Check("messages counted by feed = stored + duplicates", int(tallied.received), known),
        *(Check(f"{state} messages by feed", count, messages[state]) for state, count in states.items()),
    ]


def _approval_checks(connection: Connection, sums: dict[str, dict[str, int]]) -> list[Check]:
    approvals = _count(connection, decision, decision.c.verdict == "approve")
    undone = _count(connection, decision, decision.c.verdict == "undo_approval")
    charges = _count(connection, charge, charge.c.kind == "CG", charge.c.undone_at == 0.0)
    of_charge = posting.c.charge_key == charge.c.key
    leaves = exists().where(and_(of_charge, posting.c.state != "cancelled"))
    approved = candidate.c.status == "approved"
    lines = _count(connection, candidate, approved, candidate.c.kind == "CG")
    known = sum(sums["candidates"][state] for state in _CANDIDATE_STATES)
    return [
        Check("candidates in a known state", _count(connection, candidate), known),
        Check("approved candidates = approvals", approvals - undone, sums["candidates"]["approved"]),
        Check("approved lines = charges", lines, charges),
        Check("undone charges that may leave", 0, _count(connection, charge, charge.c.undone_at > 0, leaves)),
        Check("services charged more than once", 0, _charged_twice(connection)),
    ]


def _posting_checks(connection: Connection) -> list[Check]:
    on_the_way = exists().where(posting.c.charge_key == charge.c.key)
    charged = exists().where(charge.c.key == posting.c.charge_key)
    original = charge.alias("original")
    known_original = exists().where(original.c.key == charge.c.reverses)
    credit = charge.c.kind == "CD"
    by_hand = exists().where(audit.c.object_id == posting.c.id, audit.c.action == "settle.posted")
    sent = and_(posting.c.state == "posted", posting.c.sealed_body.is_(None), not_(by_hand))
    known = _count(connection, posting, posting.c.state.in_(_POSTING_STATES))
    return [
        Check("postings in a known state", _count(connection, posting), known),
        Check("charges that no posting carries", 0, _count(connection, charge, not_(on_the_way))),
        Check("postings without a charge", 0, _count(connection, posting, not_(charged))),
        Check("credits without their charge", 0, _count(connection, charge, credit, not_(known_original))),
        Check("posted without the bytes that were sent", 0, _count(connection, posting, sent)),
    ]


def _charged_twice(connection: Connection) -> int:
    """How many services of a procedure billing would hold more than once, credits taken off."""
    of_charge = posting.c.charge_key == charge.c.key
    waits = and_(posting.c.state == "pending", waits_for_credit())
    absent = exists().where(and_(of_charge, or_(posting.c.state.in_(_NOT_IN_BILLING), waits)))
    net = func.sum(case((absent, 0), (charge.c.kind == "CD", -1), else_=1))
    services = (
        select(candidate.c.procedure_id)
        .join(charge, charge.c.candidate_id == candidate.c.id)
        .group_by(candidate.c.procedure_id, charge.c.code, charge.c.modifiers, charge.c.service_date)
        .having(net > 1)
    )
    return connection.scalar(select(func.count()).select_from(services.subquery())) or 0


def _by_state(connection: Connection, column: ColumnElement[str], states: tuple[str, ...]) -> dict[str, int]:
    counted = dict(connection.execute(select(column, func.count()).group_by(column)).all())
    return {state: counted.pop(state, 0) for state in states} | counted


def _count(connection: Connection, table: FromClause, *conditions: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
