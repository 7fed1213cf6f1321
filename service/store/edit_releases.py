"""Loading CMS's files: in pieces, so that no message waits for it; what was loaded counts all at once."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from service.domain.edits import FileKind
from service.domain.errors import WrongState
from service.store.database import Database
from service.store.edit_tables import add_on_edit, edit_release, fee_indicator, mue_edit, ptp_edit
from service.store.prepared import run_text
from service.store.transaction import AuditEntry, Transaction
from service.store.users import ALL_FACILITIES

_PIECE = 20_000  # rows a transaction: SQLite has one writer, and messages are written too
_TABLES = {
    FileKind.PTP: ptp_edit,
    FileKind.MUE: mue_edit,
    FileKind.ADD_ON: add_on_edit,
    FileKind.PFS: fee_indicator,
}
_COLUMNS = {
    FileKind.PTP: ("column_1", "column_2", "effective", "deleted", "modifier_indicator", "rationale"),
    FileKind.MUE: ("code", "most_units", "adjudication", "rationale"),
    FileKind.ADD_ON: ("add_on", "kind", "primary_code", "effective", "deleted"),
    FileKind.PFS: ("code", "pctc", "bilateral"),
}


@dataclass(frozen=True, slots=True)
class Release:
    """Files of one kind and setting that are loaded together."""

    kind: FileKind
    setting: str  # "" = all
    holds_from: str  # "" = its rows are dated
    name: str
    digest: str  # SHA-256 over the files


@dataclass(frozen=True, slots=True)
class Loaded:
    """A release as it stands in the database."""

    release: Release
    state: str
    rows: int
    loaded_by: str
    loaded_at: float


def load_release(
    database: Database, release: Release, records: Iterable[tuple[Any, ...]], *, by: str
) -> int | None:
    """Load records, in the order of `_COLUMNS`; gives how many, or None when they stand there already.

    What was active for the same kind, setting and day retires in the moment in which the new release counts.
    A load that broke off left rows that nobody asks for; the next one takes them away.
    """
    with database.transaction() as store:
        releases = Releases(store.transaction)
        if releases.holds(release):
            return None
        identifier = releases.begin(release, by)
    count = 0
    for piece in _pieces(_numbered(release.kind, identifier, records)):
        with database.transaction() as store:
            _insert(store.transaction.connection, release.kind, piece)
        count += len(piece)
    with database.transaction() as store:
        Releases(store.transaction).activate(identifier, release, count, by)
    _clear(database, release.kind, before=identifier)
    return count


class Releases:
    """What is loaded."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def all(self) -> list[Loaded]:
        """Every load that counts, by kind."""
        active = select(edit_release).where(edit_release.c.state == "active")
        rows = self._connection.execute(active.order_by(edit_release.c.kind, edit_release.c.holds_from))
        return [
            Loaded(
                Release(FileKind(row.kind), row.setting, row.holds_from, row.name, row.digest),
                row.state,
                row.rows,
                row.loaded_by,
                row.loaded_at,
            )
            for row in rows
        ]

    def holds(self, release: Release) -> bool:
        """Whether these very files count already."""
        same = self._same(release).where(edit_release.c.digest == release.digest)
        return self._connection.execute(same).first() is not None

    def begin(self, release: Release, by: str) -> int:
        """Open a load; gives its id."""
        row = insert(edit_release).values(
            kind=release.kind.value,
            setting=release.setting,
            holds_from=release.holds_from,
            digest=release.digest,
            name=release.name,
            state="loading",
            rows=0,
            loaded_by=by,
            loaded_at=self._transaction.now,
        )
        key = self._connection.execute(row).inserted_primary_key
        assert key is not None
        return int(key[0])

    def activate(self, identifier: int, release: Release, rows: int, by: str) -> None:
        """Let a load count, in place of the one before."""
        before = self._same(release).with_only_columns(edit_release.c.id)
        retired = update(edit_release).where(edit_release.c.id.in_(before)).values(state="retired")
        self._connection.execute(retired)
        counts = update(edit_release).where(edit_release.c.id == identifier)
        if not self._connection.execute(counts.values(state="active", rows=rows)).rowcount:
            raise WrongState("another load of the same kind came in between: load again")
        entry = AuditEntry(
            ALL_FACILITIES, "admin", by, "edits.load", "edits", release.digest, rows, release.kind
        )
        self._transaction.audit(entry)

    def _same(self, release: Release) -> Any:
        return select(edit_release).where(
            edit_release.c.kind == release.kind.value,
            edit_release.c.setting == release.setting,
            edit_release.c.holds_from == release.holds_from,
            edit_release.c.state == "active",
        )


def _numbered(
    kind: FileKind, identifier: int, records: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    """Records as rows: the release before, and the line behind where a key may come again."""
    if kind is FileKind.PFS:
        return ((identifier, *record) for record in records)
    return ((identifier, *record, line) for line, record in enumerate(records, 1))


def _pieces(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while piece := list(itertools.islice(rows, _PIECE)):
        yield piece


def _insert(connection: Connection, kind: FileKind, rows: list[tuple[Any, ...]]) -> None:
    table = _TABLES[kind].name
    names = ["release_id", *_COLUMNS[kind], *([] if kind is FileKind.PFS else ["line"])]
    listed = f"{table} ({', '.join(names)})"
    if connection.dialect.name == "postgresql":
        cursor: Any = connection.connection.cursor()
        with cursor.copy(f"COPY {listed} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(names))
        run_text(connection, f"INSERT INTO {listed} VALUES ({marks})", rows)  # noqa: S608 - our own names


def _clear(database: Database, kind: FileKind, *, before: int) -> None:
    """Take away, in pieces, the rows of earlier loads that do not count: retired, or broken off."""
    with database.look() as store:
        gone = select(edit_release).where(
            edit_release.c.kind == kind.value,
            edit_release.c.state != "active",
            edit_release.c.id < before,
        )
        leftover = store.transaction.connection.execute(gone).all()
    for row in leftover:
        table = _TABLES[FileKind(row.kind)]
        while _clear_piece(database, table, row.id):
            pass
        with database.transaction() as store:
            store.transaction.connection.execute(delete(edit_release).where(edit_release.c.id == row.id))


def _clear_piece(database: Database, table: Table, identifier: int) -> int:
    keys: Sequence[Any] = [column for column in table.primary_key if column.name != "release_id"]
    first = select(keys[0]).where(table.c.release_id == identifier).order_by(keys[0])
    with database.transaction() as store:
        connection = store.transaction.connection
        last = connection.execute(first.offset(_PIECE).limit(1)).scalar()
        piece = delete(table).where(table.c.release_id == identifier)
        if last is not None:
            piece = piece.where(keys[0] <= last)
        return connection.execute(piece).rowcount
