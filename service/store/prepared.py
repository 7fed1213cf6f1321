"""Prepared: statements that are compiled once, for the few that every ACK and every message waits for."""

from collections.abc import Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    Dialect,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.sql.dml import UpdateBase

from service.store.transaction import insert_new


def run_text(connection: Connection, text: str, parameters: Any = ()) -> Any:
    """Execute a text as the driver reads it; with a list of parameters, once for each. Gives its cursor."""
    errors = connection.dialect.loaded_dbapi.Error
    try:
        cursor = connection.connection.cursor()
        (cursor.executemany if isinstance(parameters, list) else cursor.execute)(text, parameters)
    except errors as error:
        raise _as_sqlalchemy_says(error, errors) from error
    return cursor


def _as_sqlalchemy_says(error: Exception, errors: type[Exception]) -> StatementError:
    """Without the parameters: they may be a patient's."""
    return DBAPIError.instance(None, None, error, errors)


class Prepared:
    """A statement as its text for each kind of database, given to the driver as it is.

    SQLAlchemy looks a statement up, binds it and wraps its rows anew at every execution, which costs several
    times what a small statement itself does. Values pass as the driver knows them: text, numbers, bytes,
    bool.
    """

    def __init__(self, statement: UpdateBase | Select[Any], columns: Sequence[str] = ()) -> None:
        """`columns` are those that parameters of an INSERT or UPDATE set."""
        self._statement = statement
        self._columns = list(columns)
        self._texts: dict[str, tuple[str, dict[str, Any]]] = {}

    def run(self, connection: Connection, parameters: Mapping[str, Any] | list[dict[str, Any]]) -> Any:
        """Execute with named parameters; with a list of them, once for each. Gives the driver's cursor."""
        dialect = connection.dialect
        text, constants = self._texts.get(dialect.name) or self._compiled(dialect)
        if constants:
            assert not isinstance(parameters, list)
            parameters = {**constants, **parameters}
        return run_text(connection, text, parameters)

    def _compiled(self, dialect: Dialect) -> tuple[str, dict[str, Any]]:
        """Compile; with what the statement itself says (how many attempts are one more)."""
        compiled = self._statement.compile(dialect=dialect, column_keys=self._columns or None)
        constants = {name: bound.value for name, bound in compiled.binds.items() if not bound.required}
        prepared = self._texts[dialect.name] = str(compiled), constants
        return prepared


class PreparedRows:
    """New rows of a table. PostgreSQL copies them in, which costs half of a statement a row."""

    def __init__(self, table: Table) -> None:
        names = [column.name for column in table.c if column is not table.autoincrement_column]
        self._insert = Prepared(insert(table).inline(), names)
        self._copy = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
        self._values = itemgetter(*names)

    def run(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        """Add rows, of which each names all columns but the one that counts up."""
        if connection.dialect.name != "postgresql":
            self._insert.run(connection, rows)
            return
        errors = connection.dialect.loaded_dbapi.Error
        driver: Any = connection.connection
        try:
            with driver.cursor() as cursor, cursor.copy(self._copy) as copied:
                for row in rows:
                    copied.write_row(self._values(row))
        except errors as error:
            raise _as_sqlalchemy_says(error, errors) from error


class PreparedNewRows:
    """Rows of text of which some may be there already: those are passed over.

    PostgreSQL takes them by one statement, in their order; to take them one by one costs several times that.
    """

    def __init__(self, table: Table) -> None:
        self._names = table.c.keys()
        self._one_by_one = Prepared(insert_new(table), self._names)
        columns = (func.unnest(cast(bindparam(name), ARRAY(Text))) for name in self._names)
        self._at_once = Prepared(insert_new(table).from_select(self._names, select(*columns)))

    def run(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        """Add what is new of these rows, of which each names all columns."""
        if connection.dialect.name != "postgresql":
            self._one_by_one.run(connection, rows)
            return
        self._at_once.run(connection, {name: [row[name] for row in rows] for name in self._names})


class PreparedSearch:
    """A query for the rows in which a column has one of some values.

    The number of values is rounded up to a power of two, the last value repeated: few texts serve all.
    """

    def __init__(self, query: Select[Any], column: Column[Any]) -> None:
        self._query = query
        self._column = column
        self._of_size = cache(self._prepare)

    def run(self, connection: Connection, values: list[str], **others: Any) -> Any:
        """Find rows; there must be at least one value. `others` are further parameters of the query.

        Gives the driver's cursor.
        """
        size = 1 << (len(values) - 1).bit_length()
        padded = [*values, *(values[-1:] * (size - len(values)))]
        named = {f"v{n}": value for n, value in enumerate(padded)}
        return self._of_size(size).run(connection, named | others)

    def _prepare(self, size: int) -> Prepared:
        return Prepared(self._query.where(self._column.in_([bindparam(f"v{n}") for n in range(size)])))
