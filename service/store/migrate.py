"""Migrations: brings a database to the newest schema. Safe to run from several processes at once."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from service.store.database import Database, reachable

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 7_215_001  # any number, the same in every process


def migrate(database: Database) -> None:
    """Apply what is missing, in one transaction."""
    with reachable(), database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if _current(connection) != _head():
            command.upgrade(_config(connection), "head")


def is_current(database: Database) -> bool:
    """Whether the schema is the one this code was written for."""
    with database.connection() as connection:
        return _current(connection) == _head()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@cache  # looking is to load every script
def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()
