"""Worklist: the lines of the queue that fit a filter, a page at a time. The queue's length does not matter.

A page is put together from streams, one for each facility, status and value of what tells most in the filter:
each leafs through one index in order. What an index does not decide is looked at line by line, and never at
more than 1,000 lines: then the page is short, and the next one goes on from there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, literal_column, select, true

from service.domain.errors import Fault, UnreadableInput
from service.domain.review import Candidate
from service.domain.worklist import Filter, Key, Order
from service.store.candidate_rows import CandidateRows
from service.store.tables import candidate
from service.store.transaction import Transaction
from service.store.users import ALL_FACILITIES
from service.store.worklist_counts import count_up_to, counts_up_to, holds_at_most, values_of, walls_of
from service.store.worklist_indexes import IS_LIVE
from service.store.worklist_plan import BY_DAY, DAY, LimitPlan, Place, Plan, drivers

#: How many lines one stream looks at for one page: few, and more where few of them fit; 1,000 in all.
WINDOWS: Final = (200, 800)
#: An index with no more lines than this is leafed through whatever else it is that they must be.
_FEW: Final = 500
#: A row may commit this much later than another that was begun after it.
_OVERLAP = 600.0
Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a worklist; `after` is where the next one begins, None at the end."""

    lines: list[Candidate] = field(repr=False)
    after: Key | None


@dataclass(frozen=True, slots=True)
class Change:
    """That a line is now at a version."""

    id: str
    version: int
    status: str
    at: float


@dataclass(frozen=True, slots=True)
class _Stream:
    """What one index gave: its rows, and up to where it was looked at (None = to its end)."""

    rows: Sequence[tuple[Place, Any]]
    seen_to: Place | None


def _merged(streams: Sequence[_Stream], limit: int) -> tuple[list[Any], Place | None]:
    """What all streams gave in one order, as far as each was looked at; and where the next page begins."""
    horizon = min((stream.seen_to for stream in streams if stream.seen_to is not None), default=None)
    placed = sorted((place, index, row) for index, each in enumerate(streams) for place, row in each.rows)
    seen = [(place, row) for place, _, row in placed if horizon is None or place <= horizon]
    rows = [row for _, row in seen[:limit]]
    if len(seen) > limit or (len(seen) == limit and horizon is not None):
        return rows, seen[limit - 1][0]
    return rows, horizon


class Worklist:
    """Leafing through the queue, and counting it."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._now = transaction.now
        self._rows = CandidateRows(transaction.keyring, transaction.now)

    def page(self, facility: str, wanted: Filter, *, limit: int, after: Key | None = None) -> Page:
        """The lines after a place, within a facility ("*" = all)."""
        if wanted.order in BY_DAY and not wanted.is_of_open_lines:
            message = "only open lines stand in the order of their service dates and limits"
            raise UnreadableInput(Fault("/order", "102", message))
        facilities = self._facilities(facility, wanted.facility)
        if wanted.order is Order.LIMIT:
            return self._by_limit(wanted, facilities, limit, after)
        plan = self._plan(wanted, facilities)
        start = [*self._bounds(wanted), *([plan.beyond(after)] if after else [])]
        streams = [
            self._stream(plan, [candidate.c.facility == each, *narrow], start, limit)
            for each, narrow in product(facilities, plan.narrow())
        ]
        rows, following = _merged(streams, limit)
        lines = [self._rows.candidate(row) for row in rows]
        return Page(lines, plan.key(following) if following else None)

    def _by_limit(self, wanted: Filter, facilities: Sequence[str], limit: int, after: Key | None) -> Page:
        """The lines of each payer in the order of its limits, put together: only then are they read whole."""
        streams: list[_Stream] = []
        for plan, narrow in self._limit_plans(wanted, facilities):
            start = [plan.beyond(after)] if after else []
            fitting, seen_to = self._looked_through(plan, narrow, start, limit)
            places = [(plan.place(row), row.sequence) for row in fitting[:limit]]
            streams.append(_Stream(places, places[-1][0] if len(fitting) >= limit else seen_to))
        sequences, following = _merged(streams, limit)
        line, plain = candidate.c, Plan(wanted, self._now)
        still = and_(line.status.in_(wanted.statuses), *plain.rest(line))
        rows = self._connection.execute(select(candidate).where(line.sequence.in_(sequences), still))
        found = {row.sequence: self._rows.candidate(row) for row in rows}
        lines = [found[each] for each in sequences if each in found]
        return Page(lines, plain.key(following) if following else None)

    def _limit_plans(
        self, wanted: Filter, facilities: Sequence[str]
    ) -> Iterator[tuple[LimitPlan, list[ColumnElement[bool]]]]:
        """The stretches of the index by limits: facility, status, a payer of lines, one of its limits."""
        for facility in facilities:
            here = candidate.c.facility == facility
            for payer in dict.fromkeys(wanted.payers) or self._payers(here):
                for status, run in product(dict.fromkeys(wanted.statuses), wanted.runs(payer)):
                    plan = LimitPlan(wanted, self._now, payer, run)
                    yield plan, [here, candidate.c.status == status.value, *plan.stretch()]

    def _payers(self, here: ColumnElement[bool]) -> Sequence[str]:
        return ["", *values_of(self._connection, "payer", [here, literal_column(IS_LIVE)])]

    def _plan(self, wanted: Filter, facilities: Sequence[str]) -> Plan:
        """By the index that leaves the fewest lines to look at, as far as a short look can tell."""
        plans = [Plan(wanted, self._now, name) for name in drivers(wanted)]
        if len(plans) == 1:
            return plans[0]
        return next((plan for plan in plans if self._holds_few(plan, facilities)), plans[0])

    def _holds_few(self, plan: Plan, facilities: Sequence[str]) -> bool:
        narrow = product(facilities, plan.narrow())
        walls = [[candidate.c.facility == facility, *each] for facility, each in narrow]
        return holds_at_most(self._connection, _FEW, walls)

    def counts(self, facility: str, wanted: Filter, by: str, most: int | None = None) -> dict[str, int]:
        """How many lines fit, by a column; with `most`, up to so many of each value.

        So limited it is at home where an index leads: by status, or by what open lines are indexed by.
        """
        facilities = self._facilities(facility, wanted.facility)
        conditions = [*Plan(wanted, self._now, drivers(wanted)[0]).all_of(candidate.c), *self._bounds(wanted)]
        statuses = [each.value for each in dict.fromkeys(wanted.statuses)]
        if most is not None and by in ("status", "facility"):
            walls_by = (
                {status: walls_of(facilities, [status]) for status in statuses}
                if by == "status"
                else {each: walls_of([each], statuses) for each in facilities}
            )
            count = partial(count_up_to, self._connection, most)
            counted = {value: count(walls, conditions) for value, walls in walls_by.items()}
            return {value: found for value, found in counted.items() if found}
        if most is not None and wanted.is_of_open_lines:
            walls = walls_of(facilities, statuses)
            return counts_up_to(self._connection, most, by, walls, conditions)
        column = candidate.c[by]
        query = select(column, func.count()).group_by(column)
        query = query.where(candidate.c.status.in_(statuses), candidate.c.facility.in_(facilities))
        return dict(self._connection.execute(query.where(*conditions)).all())

    def count(self, facility: str, wanted: Filter, most: int | None = None) -> int:
        """How many lines fit; with `most`, up to so many."""
        counted = sum(self.counts(facility, wanted, "status", most).values())
        return counted if most is None else min(counted, most)

    def changes(self, facility: str, since: float, limit: int) -> list[Change]:
        """The lines that changed since a moment, oldest change first."""
        query = select(candidate.c.id, candidate.c.version, candidate.c.status, candidate.c.updated_at)
        changed = [
            row
            for each in self._facilities(facility, "")
            for row in self._connection.execute(
                query.where(candidate.c.facility == each, candidate.c.updated_at >= since)
                .order_by(candidate.c.updated_at)
                .limit(limit)
            )
        ]
        return sorted((Change(*row) for row in changed), key=attrgetter("at"))[:limit]

    def _facilities(self, reach: str, wanted: str) -> list[str]:
        """Those that are asked for and within reach."""
        if reach != ALL_FACILITIES:
            return [reach] if wanted in ("", reach) else []
        return [wanted] if wanted else list(values_of(self._connection, "facility"))

    def _bounds(self, wanted: Filter) -> list[ColumnElement[bool]]:
        """Ages as places in the order of arrival, a little too wide."""
        bounds: list[ColumnElement[bool]] = []
        if wanted.order in BY_DAY:
            return bounds
        if wanted.older_than_days is not None:
            until = self._arrived(self._now - wanted.older_than_days * DAY + _OVERLAP)
            bounds.append(candidate.c.sequence <= until)
        if wanted.younger_than_days is not None:
            since = self._arrived(self._now - wanted.younger_than_days * DAY - _OVERLAP)
            bounds.append(candidate.c.sequence > since)
        return bounds

    def _arrived(self, moment: float) -> int:
        """The place of the last line that came before a moment."""
        before = select(candidate.c.sequence).where(candidate.c.created_at <= moment)
        last = before.order_by(candidate.c.created_at.desc()).limit(1)
        return self._connection.scalar(last) or 0

    def _stream(self, plan: Plan, narrow: Conditions, start: Conditions, limit: int) -> _Stream:
        if plan.rest(candidate.c):
            fitting, seen_to = self._looked_through(plan, narrow, start, limit)
            chosen = candidate.c.sequence.in_([row.sequence for row in fitting[:limit]])
            # All of it once more: a line may have changed since, and must fit at the very version that is
            # given. But not the stretch, which SQLite would go through from end to end.
            full = select(candidate).where(chosen, *narrow, *plan.rest(candidate.c))
            rows = self._connection.execute(plan.ordered(full, candidate.c)).all()
            seen_to = plan.place(fitting[limit - 1]) if len(fitting) >= limit else seen_to
        else:
            lines = plan.ordered(select(candidate).where(*narrow, *start), candidate.c)
            rows = self._connection.execute(lines.limit(limit)).all()
            seen_to = plan.place(rows[-1]) if len(rows) == limit else None
        return _Stream([(plan.place(row), row) for row in rows], seen_to)

    def _looked_through(
        self, plan: Plan, narrow: Conditions, start: Conditions, limit: int
    ) -> tuple[list[Any], Place | None]:
        """Which lines fit, until they fill a page or enough was looked at; and up to where that was.

        What is looked at is little of each line: the others stay as they are, sealed.
        """
        fits = and_(true(), *plan.rest(candidate.c)).label("fits")
        little = select(candidate.c.sequence, candidate.c.service_date, fits).where(*narrow)
        fitting: list[Any] = []
        for size in WINDOWS:
            rows = self._connection.execute(plan.ordered(little.where(*start), candidate.c).limit(size)).all()
            fitting += [row for row in rows if row.fits]
            if len(rows) < size:
                return fitting, None
            last = plan.place(rows[-1])
            if len(fitting) >= limit:
                break
            start = [*start, plan.beyond(plan.key(last))]
        return fitting, last
