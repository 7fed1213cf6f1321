"""Transaction: one open unit of work, and the audit rows it owes."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from service.domain.frozen import frozen
from service.store.keyring import Keyring


@frozen
class AuditEntry:
    """Who did what to which: ids and counts, never patient data."""

    facility: str
    work: str  # names the chain within the facility: intake, charting, review, posting, access, admin
    actor: str
    action: str
    object_type: str
    object_id: str
    count: int = 1
    detail: str = ""


@dataclass(slots=True)
class Transaction:
    """A connection with its clock and keys; tallies and audit entries are written just before the commit."""

    connection: Connection
    keyring: Keyring
    now: float
    entries: list[AuditEntry] = field(default_factory=list)
    #: What was counted, by facility and feed; it commits with what it counts.
    tallies: defaultdict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def audit(self, entry: AuditEntry) -> None:
        """Owe an audit row; it commits with the change it is about, or not at all."""
        self.entries.append(entry)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part that may fail alone: then what it wrote, and the audit rows it owed, are gone.

        It counts nothing: messages are not taken within one.
        """
        owed = len(self.entries)
        try:
            with self.connection.begin_nested():
                yield
        except BaseException:
            del self.entries[owed:]
            raise


def insert_new(table: Table) -> Insert:
    """INSERT that passes over what is there already; both databases say it in the same words."""
    return postgresql.insert(table).on_conflict_do_nothing().inline()


def insert_of(connection: Connection) -> Callable[[Table], sqlite.Insert | postgresql.Insert]:
    """The database's own INSERT: it knows ON CONFLICT."""
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
