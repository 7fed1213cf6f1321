"""Prepared: statements that are compiled once, for the few that every ACK and every message waits for."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, CursorResult, Select, bindparam
from sqlalchemy.sql.dml import UpdateBase


class Prepared:
    """A statement as its text for each kind of database.

    SQLAlchemy looks a statement up and binds it anew at every execution, which costs several times what a
    small statement itself does. Values pass as the driver knows them: text, numbers, bytes, bool.
    """

    def __init__(self, statement: UpdateBase | Select[Any], columns: Sequence[str] = ()) -> None:
        """`columns` are those that parameters of an INSERT or UPDATE set."""
        self._statement = statement
        self._columns = list(columns)
        self._texts: dict[str, str] = {}

    def run(
        self, connection: Connection, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    ) -> CursorResult[Any]:
        """Execute with named parameters; with a list of them, once for each."""
        dialect = connection.dialect
        text = self._texts.get(dialect.name)
        if text is None:
            compiled = self._statement.compile(dialect=dialect, column_keys=self._columns or None)
            text = self._texts[dialect.name] = str(compiled)
        return connection.exec_driver_sql(text, parameters)


class PreparedSearch:
    """A query for the rows in which a column has one of some values.

    The number of values is rounded up to a power of two, the last value repeated: few texts serve all.
    """

    def __init__(self, query: Select[Any], column: Column[Any]) -> None:
        self._query = query
        self._column = column
        self._of_size = cache(self._prepare)

    def run(self, connection: Connection, values: list[str]) -> CursorResult[Any]:
        """Find rows; there must be at least one value."""
        size = 1 << (len(values) - 1).bit_length()
        padded = [*values, *(values[-1:] * (size - len(values)))]
        return self._of_size(size).run(connection, {f"v{n}": value for n, value in enumerate(padded)})

    def _prepare(self, size: int) -> Prepared:
        return Prepared(self._query.where(self._column.in_([bindparam(f"v{n}") for n in range(size)])))
