"""Database: opens transactions. SQLite (WAL, synchronous=FULL) or PostgreSQL, commits durable in both."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.domain.errors import Collision, SetupError, TryAgainLater
from service.store.application_acks import ApplicationAcks
from service.store.arrivals import Arrivals
from service.store.audit import Audit, is_of, write_entries
from service.store.auto_approvals import AutoApprovals
from service.store.bells import Bells
from service.store.candidates import Candidates
from service.store.charges import Charges
from service.store.comments import Comments
from service.store.edits import Edits
from service.store.ehrs import Ehrs
from service.store.events import Events
from service.store.gauges import Gauges
from service.store.given_answers import GivenAnswers
from service.store.keepsakes import Keepsakes
from service.store.keyring import Keyring
from service.store.notes import Notes
from service.store.postings import Postings
from service.store.prepared import run_text
from service.store.procedures import Procedures
from service.store.publications import Publications
from service.store.quarantine import Quarantine, Replays
from service.store.questions import Questions
from service.store.resource_links import ResourceLinks
from service.store.samples import Samples
from service.store.sequences import Sequences
from service.store.sessions import Sessions
from service.store.sign_ins import SignIns
from service.store.statistics import Statistics
from service.store.tallies import Tallies, write_tallies
from service.store.transaction import Transaction
from service.store.users import Users
from service.store.worklist import Worklist

_BUSY_SECONDS = 30
_Kind = TypeVar("_Kind")


#: How to look without writing; PostgreSQL must be told to keep to one moment.
_SNAPSHOT: dict[str, dict[str, Any]] = {
    "sqlite": {"reading": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


class _Part(Generic[_Kind]):
    """A part of the store, made when it is first asked for: a transaction needs few of them."""

    def __init__(self, kind: Callable[[Transaction], _Kind]) -> None:
        self._kind = kind

    def __set_name__(self, owner: type["Store"], name: str) -> None:
        self._name = name

    def __get__(self, store: "Store", owner: type["Store"]) -> _Kind:
        part = store.__dict__[self._name] = self._kind(store.transaction)  # found there from now on
        return part


class Store:
    """What can be asked of and told to the database within one transaction."""

    events = _Part(Events)
    quarantine = _Part(Quarantine)
    replays = _Part(Replays)
    tallies = _Part(Tallies)
    arrivals = _Part(Arrivals)
    gauges = _Part(Gauges)
    samples = _Part(Samples)
    sequences = _Part(Sequences)
    procedures = _Part(Procedures)
    candidates = _Part(Candidates)
    worklist = _Part(Worklist)
    notes = _Part(Notes)
    charges = _Part(Charges)
    keepsakes = _Part(Keepsakes)
    comments = _Part(Comments)
    application_acks = _Part(ApplicationAcks)
    questions = _Part(Questions)
    given_answers = _Part(GivenAnswers)
    postings = _Part(Postings)
    users = _Part(Users)
    sessions = _Part(Sessions)
    sign_ins = _Part(SignIns)
    bells = _Part(Bells)
    publications = _Part(Publications)
    edits = _Part(Edits)
    auto_approvals = _Part(AutoApprovals)
    ehrs = _Part(Ehrs)
    links = _Part(ResourceLinks)
    trail = _Part(Audit)
    statistics = _Part(Statistics)

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.now = transaction.now
        self.audit = transaction.audit
        self.fingerprint = transaction.keyring.fingerprint
        self.lot = transaction.keyring.lot


class _OneWriter:
    """SQLite has one writer at a time. Those of this process queue here, and are woken at once.

    In its own queue they sleep up to 0.1 s between two looks, and who looks more often goes first. The
    connection is kept: to take it out of the pool costs as much as all else of a small transaction.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()
        self._connection: Connection | None = None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self._turn:
            if self._connection is None:
                self._connection = self._engine.connect()
            with self._connection.begin():
                yield self._connection

    def close(self) -> None:
        """Give the connection back, unless a commit hangs in it."""
        if self._connection is not None and self._turn.acquire(blocking=False):
            self._connection.close()
            self._connection = None
            self._turn.release()


class Database:
    """An engine, its keys and its clock."""

    def __init__(self, engine: Engine, keyring: Keyring, clock: Callable[[], float] = time.time) -> None:
        self.engine = engine
        self.keyring = keyring
        self._clock = clock
        self._writer = _OneWriter(engine) if engine.dialect.name == "sqlite" else None

    @contextmanager
    def transaction(self) -> Iterator[Store]:
        """A unit of work: all of it, with its audit rows, is committed at the end, or nothing is.

        TryAgainLater when the database cannot be reached or cannot commit.
        """
        with reachable(), (self._writer or self.engine).begin() as connection:
            transaction = Transaction(connection, self.keyring, self._clock())
            yield Store(transaction)
            write_tallies(transaction)
            write_entries(transaction)

    @contextmanager
    def look(self) -> Iterator[Store]:
        """A read that owes no audit row and takes no lock. TryAgainLater as above."""
        with self.connection() as connection:
            yield Store(Transaction(connection, self.keyring, self._clock()))

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A read-only look at one moment: sums over several tables fit each other."""
        with (
            reachable(),
            self.engine.connect().execution_options(**_SNAPSHOT[self.engine.dialect.name]) as connection,
            connection.begin(),
        ):
            yield connection

    def answers(self) -> bool:
        """Whether the database can be reached."""
        try:
            with self.connection() as connection:
                connection.execute(text("SELECT 1"))
        except (TryAgainLater, DBAPIError):
            return False
        return True

    def close(self) -> None:
        """Give all connections back."""
        if self._writer:
            self._writer.close()
        self.engine.dispose()


@contextmanager
def reachable() -> Iterator[None]:
    """TryAgainLater for what a database that is away, or too busy, makes of any statement."""
    try:
        yield
    except IntegrityError as error:
        raise Collision(f"two did the same at once ({type(error.orig).__name__})") from error
    except OperationalError as error:
        raise TryAgainLater(f"the database cannot take it now ({type(error.orig).__name__})") from error
    except PoolTimeout as error:
        raise TryAgainLater("the database has no connection free now") from error


def open_database(url: str, keyring: Keyring, clock: Callable[[], float] = time.time) -> Database:
    """Make the engine for a `sqlite:///...` or `postgresql+psycopg://...` URL."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise SetupError("the database URL cannot be read: postgresql://user:password@host/name") from None
    if address.get_backend_name() == "sqlite":
        waiting = {"timeout": _BUSY_SECONDS, "check_same_thread": False}
        engine = create_engine(address, connect_args=waiting, paramstyle="named")
        _prepare_sqlite(engine)
    elif address.get_backend_name() == "postgresql":
        engine = create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=20)
    else:
        raise SetupError("the database must be sqlite:/// or postgresql://")
    return Database(engine, keyring, clock)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # An ACK leaves after the commit: NORMAL could take the commit back at a power cut.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        # Pages that many commits touch are copied once for all of them (16 MB of log).
        connection.execute("PRAGMA wal_autocheckpoint=4000")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Taking the write lock at once lets writers queue; taking it later makes one of two fail.
        reading = connection.get_execution_options().get("reading")
        run_text(connection, "BEGIN" if reading else "BEGIN IMMEDIATE")


def refuse_unsafe(database: Database) -> None:
    """SetupError when an acknowledged message could be lost at a power cut."""
    if database.engine.dialect.name != "postgresql":
        return
    with database.connection() as connection:
        for setting in ("fsync", "synchronous_commit"):
            if connection.execute(text(f"SHOW {setting}")).scalar_one() == "off":
                raise SetupError(f"PostgreSQL runs with {setting}=off: acknowledged messages could be lost")


def refuse_wrong_key(database: Database) -> None:
    """SetupError when the keys are not those of the data: what is stored could not be read or compared."""
    with database.look() as store:
        if not is_of(store.transaction.connection, database.keyring):
            raise SetupError("the encryption key is not the one that this database was written with")
        store.events.open_newest()
