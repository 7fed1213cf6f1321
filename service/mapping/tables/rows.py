"""The rows of a table, as sets of bits: which may still hold, given what is known of each fact."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_

from service.mapping.documented.stands import Stand
from service.mapping.tables.conditions import Scalar
from service.mapping.tables.facts import Settled
from service.mapping.tables.table_file import ANY, Decide
from service.mapping.tables.tail import Window


@dataclass(frozen=True, slots=True)
class CompiledRow:
    """A row and the days on which it holds, YYYY-MM-DD; "" = open."""

    number: int  # 1-based, as in the file
    code: str  # "" = documented, and no code for it
    start: str
    end: str
    per: float = 0.0  # the size of one unit; 0 = not said by the row

    def holds(self, day: str) -> bool:
        return self.start <= day and (not self.end or day <= self.end)


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a table; a set of them is an int, row number n its bit n - 1."""

    rows: tuple[CompiledRow, ...]
    columns: tuple[Mapping[Scalar, int], ...]  # one a fact: value -> the rows that it allows
    whatever: tuple[int, ...]  # one a fact: the rows that hold whatever it is
    stretches: tuple[int, ...]  # of days: the rows in force on each, each set once
    changes: tuple[str, ...]  # the days on which a row begins to hold, or holds no more
    since: tuple[int, ...]  # the rows in force before the first of these, and from each of them on

    def in_force(self, day: Stand | None) -> int:
        """Return the rows that hold on the day of service; of a day that is not known for certain, on any."""
        if day is None:
            return (1 << len(self.rows)) - 1
        return reduce(or_, (self._on(str(value)) for value in day.values), 0)

    def narrow(self, rows: int, settled: Iterable[Settled]) -> int:
        """Return which of `rows` are possible."""
        for column, fact in zip(self.columns, settled, strict=True):
            rows &= reduce(or_, (column[value] for value in fact.possible), 0)
        return rows

    def hang_on(self, rows: int, column: int) -> bool:
        """Whether one of `rows` wants to know a fact: it says "-" where it does not."""
        return rows & ~self.whatever[column] != 0

    def day_matters(self, rows: int, day: Stand | None) -> bool:
        """Whether `rows` come to different codes on the days that it may have been."""
        in_force = self.stretches if day is None else tuple(self._on(str(value)) for value in day.values)
        return len(in_force) > 1 and len({self._codes(rows & each) for each in in_force}) > 1

    def members(self, rows: int) -> list[CompiledRow]:
        return [row for row in self.rows if rows >> (row.number - 1) & 1]

    def _codes(self, rows: int) -> frozenset[tuple[str, float]]:
        return frozenset((row.code, row.per) for row in self.members(rows) if row.code)

    def _on(self, day: str) -> int:
        return self.since[bisect_right(self.changes, day)]


def compile_rows(
    decide: Decide, effective: Window, domains: Iterable[tuple[Scalar, ...]], *, follows: bool = False
) -> Rows:
    """Make the rows ready. `follows`: another table holds before the first day of this one."""
    rows = tuple(
        CompiledRow(number, decide.code(row), *_days(row, effective), decide.per(row))
        for number, row in enumerate(decide.rows, 1)
    )
    domains = tuple(domains)
    changes = tuple(sorted({row.start for row in rows if row.start} | _days_after(rows)))
    return Rows(
        rows,
        columns=tuple(
            {value: _allowing(decide, column, value) for value in domain}
            for column, domain in enumerate(domains)
        ),
        whatever=tuple(_allowing(decide, column, ANY) for column in range(len(domains))),
        stretches=tuple(dict.fromkeys(_stretches(rows, effective, follows=follows))),
        changes=changes,
        since=tuple(_on(day, rows) for day in ("", *changes)),
    )


def _stretches(rows: Sequence[CompiledRow], effective: Window, *, follows: bool) -> Iterator[int]:
    """Yield the rows in force on each stretch of days.

    Before the first day of a table that follows no other, nobody says what would hold: no day is asked for.
    """
    first = effective.from_.isoformat() if effective.from_ else ""
    for day in sorted({first, *(row.start for row in rows)} | _days_after(rows)):
        yield _on(day, rows)
    if follows:
        yield 0


def _on(day: str, rows: Sequence[CompiledRow]) -> int:
    """Return the rows that hold on a day."""
    return sum(1 << (row.number - 1) for row in rows if row.holds(day))


def _days_after(rows: Sequence[CompiledRow]) -> set[str]:
    """Return the days on which rows hold no more."""
    return {_day_after(row.end) for row in rows if row.end}


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat() if day < date.max.isoformat() else day


def _allowing(decide: Decide, column: int, value: Scalar) -> int:
    return sum(1 << number for number, row in enumerate(decide.rows) if row.cells[column] in (ANY, value))


def _days(row: Window, effective: Window) -> tuple[str, str]:
    """Return first and last day of a row within those of its table."""
    starts = [day.isoformat() for day in (row.from_, effective.from_) if day]
    ends = [day.isoformat() for day in (row.to, effective.to) if day]
    return max(starts, default=""), min(ends, default="")
