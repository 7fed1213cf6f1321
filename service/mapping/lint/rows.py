"""Lint of the rows of a table, by enumeration: no gap, no overlap, nothing that can never be reached."""

import itertools
import math
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from service.domain.codes import looks_like_procedure_code
from service.mapping.documented.stands import words
from service.mapping.files.findings import Report
from service.mapping.files.yaml_fault import nearest
from service.mapping.lint.items import lint_tail_codes
from service.mapping.tables.conditions import Scalar
from service.mapping.tables.table_file import ANY, Row, TableFile
from service.mapping.tables.tail import NO_CODE

MAX_CELLS = 20_000
Domains = Mapping[str, tuple[Scalar, ...]]


def lint_rows(file: TableFile, domains: Domains, report: Report) -> None:
    """Find what is wrong with the columns, the rows, and the codes named after them."""
    before = len(report.findings)
    _lint_columns(file, report)
    if len(report.findings) == before:
        for number, row in enumerate(file.decide.rows):
            _lint_cells(number, row, file, domains, report)
    if len(report.findings) == before:
        _lint_cover(file, domains, report)
        _lint_codes(file, report)


def _lint_columns(file: TableFile, report: Report) -> None:
    columns = file.decide.facts
    for number, name in enumerate(columns):
        if name not in file.facts:
            report.error(
                f"column {name!r} is no fact{nearest(name, file.facts)}", "decide", "columns", number
            )
        elif name in columns[:number]:
            report.error(f"column {name!r} stands twice", "decide", "columns", number)
    for name in file.facts:
        if name not in columns:
            report.error(f"fact {name!r} is no column of the table", "facts", name)


def _lint_cells(number: int, row: Row, file: TableFile, domains: Domains, report: Report) -> None:
    path = ("decide", "rows", number)
    if len(row.cells) != len(file.decide.columns):
        report.error(
            f"this row has {len(row.cells)} cells, the table {len(file.decide.columns)} columns", *path
        )
        return
    cells = row.cells[: len(file.decide.facts)]
    code = row.cells[len(cells)]
    if code != NO_CODE and not (isinstance(code, str) and looks_like_procedure_code(code)):
        report.error(f"{code!r} is no code: five characters in quotes, or none", *path, len(cells))
    if len(row.cells) > len(cells) + 1 and not _is_size(row.cells[-1]):
        report.error("per is a number of more than 0: the size of one unit", *path, len(cells) + 1)
    for column, (name, cell) in enumerate(zip(file.decide.columns, cells, strict=False)):
        if cell != ANY and not any(cell == one and type(cell) is type(one) for one in domains[name]):
            near = nearest(words(cell), map(words, domains[name]))
            message = f"no line of fact {name} says {words(cell)}: the row cannot be reached{near}"
            report.error(message, *path, column)
    if not _overlaps(row, file):
        report.error("this row lies outside the dates of the table: it cannot be reached", *path)


def _is_size(cell: Scalar) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool) and cell > 0


def _overlaps(row: Row, file: TableFile) -> bool:
    starts = [day for day in (row.from_, file.effective.from_) if day]
    ends = [day for day in (row.to, file.effective.to) if day]
    return not starts or not ends or max(starts) <= min(ends)


def _lint_cover(file: TableFile, domains: Domains, report: Report) -> None:
    """Take every combination of fact values on every stretch of dates: exactly one row must hold."""
    columns = file.decide.facts
    if math.prod(len(domains[name]) for name in columns) > MAX_CELLS:
        report.error(f"the facts have more than {MAX_CELLS} combinations: split it", "decide", "columns")
        return
    combinations = itertools.product(*(domains[name] for name in columns))
    for day, values in itertools.product(_stretches(file), combinations):
        rows = enumerate(file.decide.rows)
        hits = [number for number, row in rows if row.holds(day) and _matches(row, values)]
        said = ", ".join(f"{name} = {words(value)}" for name, value in zip(columns, values, strict=True))
        if not hits:
            report.error(f"gap: no row for {said} on {day}", "decide", "rows")
        elif len(hits) > 1:
            numbers = " and ".join(str(number + 1) for number in hits)
            report.error(f"overlap: rows {numbers} hold for {said} on {day}", "decide", "rows", hits[1])


def _matches(row: Row, values: tuple[Scalar, ...]) -> bool:
    return all(cell in (ANY, value) for cell, value in zip(row.cells, values, strict=False))


def _stretches(file: TableFile) -> Iterator[str]:
    """Yield the first day of every stretch of dates in which the same rows hold."""
    start, end = file.effective.from_ or date(1, 1, 1), file.effective.to or date(9999, 12, 31)
    days = {start}
    for row in file.decide.rows:
        days.update([row.from_] if row.from_ else [])
        days.update([row.to + timedelta(days=1)] if row.to and row.to < date.max else [])
    return (day.isoformat() for day in sorted(days) if start <= day <= end)


def _lint_codes(file: TableFile, report: Report) -> None:
    codes = {code for row in file.decide.rows if (code := file.decide.code(row))}
    for code in sorted(codes.difference(file.rank)):
        report.error(f"{code} is the code of a row, and has no place in rank", "rank")
    for code in sorted(set(file.rank).difference(codes)):
        report.error(f"{code} stands in rank, and is the code of no row", "rank")
    lint_tail_codes(file, codes, report)
    if len(set(file.rank)) < len(file.rank):
        report.error("a code stands in rank twice", "rank")
    for number, code in enumerate(file.never_with):
        if code in codes:
            report.error(
                f"{code} is a code of this table: it cannot be excluded beside itself", "never_with", number
            )
