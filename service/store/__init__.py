"""Rows in, domain types out: the only SQL of the service. SQLite and PostgreSQL, one code path."""

from service.store.database import Database, Store, open_database
from service.store.keyring import Keyring

__all__ = ["Database", "Keyring", "Store", "open_database"]
