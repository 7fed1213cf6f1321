"""Statistics: what was decided and charged of late, for a dashboard. Counts and times; no patient data."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import and_, case, func, select

from service.domain.charge import ChargeKind, PostingState, Verdict
from service.domain.worklist import AGES
from service.store.tables import LIVE, candidate, charge, decision, posting
from service.store.transaction import Transaction
from service.store.walls import of_production, within

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided on one line, in order, and which row of which table had proposed it."""

    table: str
    row: int
    verdicts: tuple[tuple[Verdict, str, float], ...]  # with who, and when


@dataclass(frozen=True, slots=True)
class Way:
    """The days of a charge: of service, approved, posted."""

    service_date: str
    approved_at: float
    posted_at: float  # 0 = not yet


@dataclass(frozen=True, slots=True)
class Waiting:
    """Lines that wait, alike in what they are worth and until when they must be billed."""

    code: str
    modifiers: tuple[str, ...]
    units: int
    service_date: str
    payer: str
    age: str  # one of AGES
    lines: int


class Statistics:
    """Reading what happened since a moment, within a facility ("*" = all)."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._now = transaction.now

    def decided(self, facility: str, since: float) -> Iterator[Decided]:
        """Every line that something was decided on."""
        query = (
            select(
                decision.c.candidate_id,
                candidate.c.table_name,
                candidate.c.row_number,
                decision.c.verdict,
                decision.c.decided_by,
                decision.c.decided_at,
            )
            .join(candidate, candidate.c.id == decision.c.candidate_id)
            .where(decision.c.decided_at > since, within(decision, facility), of_production())
            .order_by(decision.c.candidate_id, decision.c.sequence)
        )
        for (_id, table, row), some in groupby(self._connection.execute(query), key=lambda found: found[:3]):
            yield Decided(table, row, tuple((Verdict(said), by, at) for *_, said, by, at in some))

    def ways(self, facility: str, since: float) -> list[Way]:
        """Every charge that was approved and stands, with when it was posted."""
        posted = and_(posting.c.charge_key == charge.c.key, posting.c.state == PostingState.POSTED.value)
        query = (
            select(charge.c.service_date, charge.c.approved_at, posting.c.updated_at)
            .outerjoin(posting, posted)
            .where(charge.c.approved_at > since, charge.c.undone_at == 0.0)
            .where(charge.c.kind == ChargeKind.CHARGE.value, within(charge, facility))
        )
        return [Way(day, approved, at or 0.0) for day, approved, at in self._connection.execute(query)]

    def waiting(self, facility: str) -> Iterator[Waiting]:
        """What waits to be charged, those alike together."""
        now = self._now
        age = case(
            *(
                (candidate.c.created_at > now - younger * _DAY, name)
                for name, _older, younger in AGES
                if younger is not None
            ),
            else_=AGES[-1][0],
        )
        lines = (
            select(
                candidate.c.code,
                candidate.c.modifiers,
                candidate.c.units,
                candidate.c.service_date,
                candidate.c.payer,
                age.label("age"),
            )
            .where(candidate.c.status.in_(LIVE), candidate.c.kind == ChargeKind.CHARGE.value)
            .where(within(candidate, facility), of_production())
            .subquery()
        )
        query = select(*lines.c, func.count()).group_by(*lines.c)
        for code, modifiers, *rest in self._connection.execute(query):
            yield Waiting(code, tuple(filter(None, modifiers.split(","))), *rest)
