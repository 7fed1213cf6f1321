"""Reconciliation: what the tables say of one day of service."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select

from service.domain.charge import OPEN, ChargeKind, PostingState
from service.domain.event import PRODUCTION, Event
from service.store.events import Events
from service.store.tables import candidate, charge, event, posting, procedure, procedure_event
from service.store.transaction import Transaction
from service.store.walls import of_production, within

_LIVE = tuple(status.value for status in OPEN)
_SUPERSEDED = "superseded"
_HUNDREDS = 500  # of keys in one question


@dataclass(frozen=True, slots=True)
class DayLine:
    """A line of the queue, as far as reconciliation looks at it."""

    id: str
    facility: str
    procedure_id: str
    status: str
    table: str
    code: str
    day_key: str
    order_key: str
    created_at: float
    charged: bool  # a charge of it stands

    @property
    def live(self) -> bool:
        """Whether it waits for a person."""
        return self.status in _LIVE


@dataclass(frozen=True, slots=True)
class DayCharge:
    """A charge that stands, and how it stands at billing."""

    key: str
    candidate_id: str
    facility: str
    code: str
    approved_at: float
    state: str
    billed: bool
    destination: str


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A line that waits for a person."""

    facility: str
    status: str
    service_date: str
    created_at: float
    is_charge: bool  # and no credit
    code: str
    modifiers: tuple[str, ...]
    units: int


class Reconciliation:
    """Reading the tables for the report of a day; "*" = all facilities."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._events = Events(transaction)

    def lines(self, day: str, facility: str) -> list[DayLine]:
        """Every line of a day that is a charge, or may become one, or was decided to be none."""
        stands = exists().where(charge.c.candidate_id == candidate.c.id, *_standing())
        query = select(
            candidate.c.id,
            candidate.c.facility,
            candidate.c.procedure_id,
            candidate.c.status,
            candidate.c.table_name,
            candidate.c.code,
            candidate.c.day_key,
            candidate.c.order_key,
            candidate.c.created_at,
            stands.label("charged"),
        ).where(
            candidate.c.service_date == day,
            candidate.c.kind == ChargeKind.CHARGE.value,
            candidate.c.status != _SUPERSEDED,
            of_production(),
        )
        query = query.where(within(candidate, facility)).order_by(candidate.c.sequence)
        rows = self._connection.execute(query)
        return [DayLine(*row) for row in rows]

    def charges(self, day: str, facility: str) -> list[DayCharge]:
        """The charges of a day that stand, with their postings."""
        query = (
            select(
                charge.c.key,
                charge.c.candidate_id,
                charge.c.facility,
                charge.c.code,
                charge.c.approved_at,
                posting.c.state,
                posting.c.billed_at > 0,
                posting.c.destination,
            )
            .join(posting, posting.c.charge_key == charge.c.key)
            .where(charge.c.service_date == day, *_standing(), within(charge, facility))
        )
        rows = self._connection.execute(query.order_by(charge.c.sequence))
        return [DayCharge(*row) for row in rows]

    def telling(self) -> set[str]:
        """Destinations that ever told of a charge by themselves: of these it is missed when they do not."""
        return set(
            self._connection.scalars(select(posting.c.destination).where(posting.c.billed_at > 0).distinct())
        )

    def feeds_of(self, procedure_ids: Iterable[str]) -> dict[str, set[str]]:
        """By which feeds the messages of each procedure came."""
        found: dict[str, set[str]] = {}
        for some in _in_hundreds(procedure_ids):
            query = (
                select(procedure_event.c.procedure_id, event.c.taken_by)
                .join(event, event.c.id == procedure_event.c.event_id)
                .where(procedure_event.c.procedure_id.in_(some))
                .distinct()
            )
            for procedure_id, feed in self._connection.execute(query):
                found.setdefault(procedure_id, set()).add(feed)
        return found

    def waiting(self, facility: str) -> Iterator[WaitingLine]:
        """Every line that waits."""
        line = candidate.c
        columns = (
            line.facility,
            line.status,
            line.service_date,
            line.created_at,
            line.kind == ChargeKind.CHARGE.value,
            line.code,
            line.modifiers,
            line.units,
        )
        query = select(*columns).where(line.status.in_(_LIVE), within(candidate, facility), of_production())
        for where, status, day, at, is_charge, code, modifiers, units in self._connection.execute(query):
            several = tuple(filter(None, modifiers.split(",")))
            yield WaitingLine(where, status, day, at, bool(is_charge), code, several, units)

    def messages(
        self, types: Iterable[str], facility: str, *, since: float, until: float, most: int
    ) -> list[Event]:
        """The messages of these types (MSH-9.1) that came in between, oldest first; the newest so many."""
        kinds = or_(*(event.c.message_type.startswith(f"{each}^") for each in types))
        query = select(event.c.id, event.c.facility).where(
            kinds,
            event.c.received_at >= since,
            event.c.received_at < until,
            event.c.processing_id == PRODUCTION,
        )
        newest = query.where(within(event, facility)).order_by(event.c.sequence.desc()).limit(most)
        rows = self._connection.execute(newest).all()
        return [self._events.get(row.id, row.facility) for row in reversed(rows)]

    def known(self, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of these (facility, key fingerprint) pairs that some line of the queue is of."""
        found: set[tuple[str, str]] = set()
        wanted = set(keys)
        for some in _in_hundreds(key for _, key in wanted):
            charted = exists().where(candidate.c.procedure_id == procedure.c.id)
            query = select(procedure.c.facility, procedure.c.key).where(procedure.c.key.in_(some), charted)
            found |= {(row[0], row[1]) for row in self._connection.execute(query)} & wanted
        return found


def _standing() -> tuple[ColumnElement[bool], ...]:
    """A charge that is neither undone, nor taken back, nor cancelled."""
    credit = charge.alias("credit")
    gone = posting.alias("gone")
    taken_back = exists().where(credit.c.reverses == charge.c.key, credit.c.undone_at == 0.0)
    cancelled = exists().where(
        and_(gone.c.charge_key == charge.c.key, gone.c.state == PostingState.CANCELLED.value)
    )
    return charge.c.kind == ChargeKind.CHARGE.value, not_(taken_back), not_(cancelled)


def _in_hundreds(values: Iterable[str]) -> Iterator[list[str]]:
    listed = sorted(set(values))
    yield from (listed[start : start + _HUNDREDS] for start in range(0, len(listed), _HUNDREDS))
