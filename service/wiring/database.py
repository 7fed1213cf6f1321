"""Database: where the settings say that it is, with the keys that they name."""

from contextlib import ExitStack, closing
from pathlib import Path

from service.domain.errors import SetupError
from service.settings import Settings
from service.store import Database, Keyring, open_database
from service.store.database import refuse_wrong_key
from service.store.keyring import make_key_file, parse_keys
from service.store.migrate import is_current, migrate


def database_of(settings: Settings) -> Database:
    """The database, whatever its schema."""
    return open_database(_database_url(settings), _keyring(settings))


def current_database(settings: Settings) -> Database:
    """The database, at the newest schema, with its own key."""
    with ExitStack() as on_failure:
        database = on_failure.enter_context(closing(database_of(settings)))
        _bring_up_schema(database, settings)
        refuse_wrong_key(database)  # what is written under another breaks the audit's chains for good
        on_failure.pop_all()
    return database


def _bring_up_schema(database: Database, settings: Settings) -> None:
    """Migrate a database of our own; SetupError when another is not at the newest schema."""
    if not settings.database_url:
        migrate(database)
    elif not is_current(database):
        raise SetupError("the database waits for its schema: run charge-capture migrate")


def _database_url(settings: Settings) -> str:
    if settings.database_url:
        return settings.database_url
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"the data folder cannot be made: {settings.data} ({error.strerror})") from None
    return f"sqlite:///{_database_file(settings)}"


def _database_file(settings: Settings) -> Path:
    return settings.data / "charge-capture.db"


def _keyring(settings: Settings) -> Keyring:
    if settings.key.get_secret_value():
        return Keyring(parse_keys(settings.key.get_secret_value()))
    path = settings.key_file or settings.data / "key"
    # Only the embedded default makes its own key: two processes of a cluster would make two. Beside a
    # database that is there already, a new one would pass for the one that is missing.
    is_own = settings.key_file is None and not settings.database_url
    try:
        if is_own and not _database_file(settings).exists():
            make_key_file(path)
        return Keyring(parse_keys(path.read_text()))
    except UnicodeDecodeError:
        raise SetupError(f"the key file is not text: {path}") from None
    except OSError as error:
        raise SetupError(f"the key file cannot be read: {path} ({error.strerror})") from None
