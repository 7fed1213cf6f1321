"""Counts of a worklist that stop at a number: what they cost does not grow with the queue."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from service.store.tables import candidate
from service.store.worklist_indexes import IS_LIVE, LIMITS

Conditions = Sequence[ColumnElement[bool]]

#: Column -> the index that has its lines together.
_BY: Final = {column: limit for column, limit in LIMITS.values() if column}


def holds_at_most(connection: Connection, most: int, walls: Sequence[Conditions]) -> bool:
    """Whether an index holds no more lines than this: asked in its order, or another one would be taken."""
    queries = [_lines(wall).order_by(candidate.c.sequence) for wall in walls]
    return _count(connection, most + 1, queries) <= most


def count_up_to(
    connection: Connection, most: int, walls: Sequence[Conditions], conditions: Conditions
) -> int:
    """How many lines fit, within one after the other of these walls; `most` = that many or more."""
    return _count(connection, most, [_lines(wall).where(*conditions) for wall in walls])


def _lines(wall: Conditions) -> Select[Any]:
    return select(literal_column("1")).select_from(candidate).where(*wall)


def _count(connection: Connection, most: int, queries: Sequence[Select[Any]]) -> int:
    found = 0
    for some in queries:
        limited = some.limit(most - found).subquery()
        found += connection.scalar(select(func.count()).select_from(limited)) or 0
        if found >= most:
            break
    return found


def counts_up_to(
    connection: Connection, most: int, column: str, walls: Sequence[Conditions], conditions: Conditions
) -> dict[str, int]:
    """The same for each value of a column that open lines have; those that have none are left out."""
    limit = _BY[column]
    within: list[ColumnElement[bool]] = [literal_column(each) for each in (IS_LIVE, limit) if each]
    counts: Counter[str] = Counter()
    for wall in walls:
        for value in values_of(connection, column, [*wall, *within]):
            is_value = [candidate.c[column] == value, *within, *conditions]
            counts[value] += count_up_to(connection, most, [wall], is_value)
    return {value: min(count, most) for value, count in counts.items()}


def values_of(connection: Connection, column: str, narrow: Conditions = ()) -> Iterator[str]:
    """What stands in a column, by hops through its index: there are few values, on many lines."""
    last = ""
    following = select(func.min(candidate.c[column])).where(*narrow)
    while found := connection.scalar(following.where(candidate.c[column] > last)):
        yield found
        last = found


def walls_of(facilities: Sequence[str], statuses: Sequence[str]) -> list[Conditions]:
    """One after the other: each is one stretch of an index."""
    return [
        (candidate.c.facility == facility, candidate.c.status == status)
        for facility, status in product(facilities, statuses)
    ]
