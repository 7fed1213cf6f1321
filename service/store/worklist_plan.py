"""Plan: by which index a worklist is leafed through, and what is left to look at line by line."""

from collections.abc import Sequence
from itertools import product
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, false, literal_column, or_, true, tuple_

from service.domain.filing import Run
from service.domain.worklist import NOBODY, OTHERS, Filter, Key, Order
from service.store.tables import candidate
from service.store.worklist_indexes import IS_LIVE, LIMITS

DAY: Final = 86_400.0
#: Orders in which a line's place is a day.
BY_DAY: Final = (Order.SERVICE_DATE, Order.LIMIT)
_PEOPLE = (NOBODY, OTHERS, "")
#: A line's place in the order; places compare as the database orders lines.
Place = tuple[Any, ...]


def drivers(wanted: Filter) -> list[str]:
    """The indexes that a worklist can be leafed through by, those first that are likely to hold few lines."""
    if not wanted.is_of_open_lines:
        return [""]
    if wanted.order is Order.SERVICE_DATE:
        return ["date"]
    usable = {
        "claimed": wanted.claimed_by not in _PEOPLE,
        "held": wanted.is_held is True,
        "asked": wanted.is_asked is True,
        "assigned": wanted.assigned_to not in _PEOPLE,
        "provider": wanted.provider != "",
        "code": bool(wanted.codes),
        "table": bool(wanted.tables),
        "payer": "" not in wanted.payers and bool(wanted.payers),
        "question": wanted.has_question is True,
    }
    return [name for name, is_usable in usable.items() if is_usable] or [""]


class Plan:
    """What one worklist asks of the database."""

    def __init__(self, wanted: Filter, now: float, driver: str = "") -> None:
        """`driver` names the index, one of `drivers`; "" = none but that of the status."""
        self._wanted = wanted
        self._now = now
        self._driver = driver

    def narrow(self) -> list[list[ColumnElement[bool]]]:
        """What the index decides: one stream of lines for each status and value."""
        statuses = [candidate.c.status == each.value for each in dict.fromkeys(self._wanted.statuses)]
        if not self._driver:
            return [[status] for status in statuses]
        column, limit = LIMITS[self._driver]
        said: list[ColumnElement[bool]] = [literal_column(each) for each in (IS_LIVE, limit) if each]
        values = self._values()
        if values is None:
            return [[status, *said] for status in statuses]
        is_value = [candidate.c[column] == each for each in dict.fromkeys(values)]
        return [[status, each, *said] for status, each in product(statuses, is_value)]

    def _values(self) -> Sequence[str] | None:
        wanted = self._wanted
        return {
            "claimed": (wanted.claimed_by,),
            "assigned": (wanted.assigned_to,),
            "provider": (wanted.provider,),
            "code": wanted.codes,
            "table": wanted.tables,
            "payer": wanted.payers,
        }.get(self._driver)

    def rest(self, line: Any) -> list[ColumnElement[bool]]:
        """What the index does not decide, about the columns of a line."""
        wanted, driver = self._wanted, self._driver
        lists = {
            "table": (line.table_name, wanted.tables),
            "code": (line.code, wanted.codes),
            "payer": (line.payer, wanted.payers),
            "provider": (line.provider_key, (wanted.provider,) if wanted.provider else ()),
        }
        listed = [column.in_(some) for name, (column, some) in lists.items() if some and name != driver]
        return [*listed, *self._people(line), *self._flags(line), *self._ages(line), *self._due(line)]

    def _people(self, line: Any) -> list[ColumnElement[bool]]:
        wanted = self._wanted
        conditions: list[ColumnElement[bool]] = []
        if wanted.assigned_to and self._driver != "assigned":
            conditions.append(
                line.assigned_to == ("" if wanted.assigned_to == NOBODY else wanted.assigned_to)
            )
        is_claimed = and_(line.claimed_by != "", line.claimed_until > self._now)
        if wanted.claimed_by == NOBODY:
            conditions.append(or_(line.claimed_by == "", line.claimed_until <= self._now))
        elif wanted.claimed_by == OTHERS:
            conditions.append(and_(is_claimed, line.claimed_by != wanted.reader))
        elif wanted.claimed_by:
            conditions.append(and_(is_claimed, line.claimed_by == wanted.claimed_by))
        return conditions

    def _flags(self, line: Any) -> list[ColumnElement[bool]]:
        wanted = self._wanted
        conditions: list[ColumnElement[bool]] = []
        if wanted.is_held is not None:
            is_held = line.held_until > self._now
            conditions.append(is_held if wanted.is_held else ~is_held)
        if wanted.is_asked is not None and self._driver != "asked":
            conditions.append(line.asked > 0 if wanted.is_asked else line.asked == 0)
        if wanted.has_question is not None and self._driver != "question":
            conditions.append(line.questions > 0 if wanted.has_question else line.questions == 0)
        return conditions

    def _due(self, line: Any) -> list[ColumnElement[bool]]:
        if self._wanted.due is None:
            return []
        due = (
            and_(
                line.payer.not_in(each.payers) if each.are_excluded else line.payer.in_(each.payers),
                line.service_date >= each.since,
                line.service_date <= each.until,
            )
            for each in self._wanted.due
        )
        return [or_(false(), *due)]

    def _ages(self, line: Any) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if self._wanted.older_than_days is not None:
            conditions.append(line.created_at <= self._now - self._wanted.older_than_days * DAY)
        if self._wanted.younger_than_days is not None:
            conditions.append(line.created_at > self._now - self._wanted.younger_than_days * DAY)
        return conditions

    def all_of(self, line: Any) -> list[ColumnElement[bool]]:
        """Everything that is said of a line beside its status and facility."""
        narrow = self.narrow()
        return [or_(*(and_(*each) for each in narrow)), *self.rest(line)] if self._driver else self.rest(line)

    def ordered(self, query: Select[Any], line: Any) -> Select[Any]:
        """The lines of a query in order."""
        if self._wanted.order is Order.NEWEST:
            return query.order_by(line.sequence.desc())
        if self._wanted.order in BY_DAY:
            return query.order_by(line.service_date, line.sequence)
        return query.order_by(line.sequence)

    def beyond(self, after: Key) -> ColumnElement[bool]:
        """Whether a line comes after a place."""
        if self._wanted.order is Order.NEWEST:
            return candidate.c.sequence < after.sequence
        if self._wanted.order is Order.SERVICE_DATE:
            here = tuple_(candidate.c.service_date, candidate.c.sequence)
            return here > tuple_(after.day, after.sequence)
        return candidate.c.sequence > after.sequence

    def place(self, row: Any) -> Place:
        """Where a row stands in the order."""
        if self._wanted.order is Order.NEWEST:
            return (-row.sequence,)
        if self._wanted.order is Order.SERVICE_DATE:
            return (row.service_date, row.sequence)
        return (row.sequence,)

    def key(self, place: Place) -> Key:
        """A place as a cursor."""
        if self._wanted.order in BY_DAY:
            return Key(place[1], place[0])
        return Key(abs(place[0]))


class LimitPlan(Plan):
    """The lines of one payer whose services have one filing limit, in the order in which it ends."""

    def __init__(self, wanted: Filter, now: float, payer: str, run: Run) -> None:
        super().__init__(wanted, now, "payer")
        self._payer = payer
        self._run = run

    def stretch(self) -> list[ColumnElement[bool]]:
        """What the index decides beside facility and status."""
        day = candidate.c.service_date
        within = (day >= self._run.since, day < self._run.before)
        return [literal_column(IS_LIVE), candidate.c.payer == self._payer, *within]

    def beyond(self, after: Key) -> ColumnElement[bool]:
        """Whether a line comes after a place."""
        day = self._run.service_date(after.day)
        here = tuple_(candidate.c.service_date, candidate.c.sequence)
        return true() if day is None else here > tuple_(day, after.sequence)

    def place(self, row: Any) -> Place:
        """Where a row stands in the order."""
        return (self._run.place(row.service_date), row.sequence)
