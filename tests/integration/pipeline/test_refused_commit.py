"""A commit that the database refuses: the sender is told so that it sends again, and then is taken once."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event as events
from sqlalchemy import select, text

from service.domain.errors import TryAgainLater
from service.hl7 import read_ack
from service.mllp import Origin
from service.pipeline.receive import Door, sources
from service.store.tables import event

# PostgreSQL says at COMMIT that its disk is full; SQLite has as many pages as it holds, and gets no more.
_FULL = """
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$;
    CREATE CONSTRAINT TRIGGER full_disk AFTER INSERT ON event DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION full_disk();
"""
_ROOM = "DROP TRIGGER full_disk ON event; DROP FUNCTION full_disk"
_LONG = "x" * 1_000_000  # needs pages of its own


@contextmanager
def full_disk(database):
    engine = database.engine
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text(_FULL))
        yield
        with engine.begin() as connection:
            connection.execute(text(_ROOM))
        return
    database.close()  # the limit is a connection's own
    events.listen(engine, "connect", no_more_pages)
    yield
    events.remove(engine, "connect", no_more_pages)
    database.close()


def no_more_pages(connection, _record):
    connection.execute("PRAGMA max_page_count=1")  # it never goes below what there is


@pytest.fixture
def door(database):
    return Door(database, "main", sources((), "main"), lambda _queue: None)


def message(control_id, asks=""):
    """An ORU^R01; `asks` is its MSH-15 and MSH-16."""
    return f"MSH|^~\\&|LAB|NORTH|||20260301||ORU^R01|{control_id}|P|2.5.1|||{asks}\rNTE|{_LONG}\r".encode()


def say(door, *bodies):
    return [read_ack(answer) for answer in door.receive_frames([(body, Origin("h:1")) for body in bodies])]


def stored(database):
    with database.connection() as connection:
        return sorted(connection.scalars(select(event.c.control_id)))


def test_a_refused_commit_is_told_as_what_is_to_be_sent_again_and_what_comes_again_is_taken(door, database):
    bodies = [message("ORIGINAL"), message("ACCEPT", "AL|NE"), message("APPLICATION", "NE|AL")]
    with full_disk(database):
        refused = say(door, *bodies)
        with pytest.raises(TryAgainLater):
            door.receive_hl7(bodies[0])
    assert [(ack.code, ack.error_codes) for ack in refused] == [
        ("AR", ("207",)),
        ("CE", ("207",)),
        ("AR", ("207",)),
    ]
    assert stored(database) == []
    assert [ack.code for ack in say(door, *bodies)] == ["AA", "CA", "AA"]
    assert stored(database) == ["ACCEPT", "APPLICATION", "ORIGINAL"]
