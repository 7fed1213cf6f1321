"""The rows of a table, as sets of bits: which may still hold, given what is known of each fact."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.mapping.conditions import Scalar
from service.mapping.facts import Settled
from service.mapping.stands import Stand
from service.mapping.tables import ANY, Decide, Window


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
    dated: bool  # the day of service decides something

    def in_force(self, day: Stand | None) -> tuple[int, bool]:
        """Return the rows for the day of service, and whether a day that is unknown or disputed matters."""
        if day is None:
            return (1 << len(self.rows)) - 1, self.dated
        each = [self._on(str(value)) for value in day.values]
        union = 0
        for rows in each:
            union |= rows
        return union, any(rows != each[0] for rows in each)

    def narrow(self, rows: int, settled: Iterable[Settled]) -> tuple[int, int]:
        """Return which of `rows` are possible, and which hold whatever the unsettled facts turn out to be."""
        certain = rows
        for column, fact in zip(self.columns, settled, strict=True):
            possible = 0
            for value in fact.possible:
                possible |= column[value]
                certain &= column[value]
            rows &= possible
        return rows, certain

    def differ(self, rows: int, column: int, fact: Settled) -> bool:
        """Whether it makes a difference to `rows` which possible value a fact has."""
        allowed = self.columns[column]
        return len({rows & allowed[value] for value in fact.possible}) > 1

    def members(self, rows: int) -> list[CompiledRow]:
        return [row for row in self.rows if rows >> (row.number - 1) & 1]

    def _on(self, day: str) -> int:
        return sum(1 << (row.number - 1) for row in self.rows if row.holds(day))


def compile_rows(decide: Decide, effective: Window, domains: Iterable[tuple[Scalar, ...]]) -> Rows:
    return Rows(
        tuple(
            CompiledRow(number, decide.code(row), *_days(row, effective), decide.per(row))
            for number, row in enumerate(decide.rows, 1)
        ),
        columns=tuple(
            {value: _allowing(decide, column, value) for value in domain}
            for column, domain in enumerate(domains)
        ),
        dated=effective.to is not None or any(row.bounded for row in decide.rows),
    )


def _allowing(decide: Decide, column: int, value: Scalar) -> int:
    return sum(1 << number for number, row in enumerate(decide.rows) if row.cells[column] in (ANY, value))


def _days(row: Window, effective: Window) -> tuple[str, str]:
    """Return first and last day of a row within those of its table."""
    starts = [day.isoformat() for day in (row.from_, effective.from_) if day]
    ends = [day.isoformat() for day in (row.to, effective.to) if day]
    return max(starts, default=""), min(ends, default="")
