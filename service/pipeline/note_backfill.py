"""Backfill of notes: what was charted before the full text was turned on is found as well."""

from typing import Final

from service.domain.event import Event
from service.pipeline.chart import Reader, read_event
from service.pipeline.companions import companions_of
from service.pipeline.gather import Gathering, Reading, Unreadable
from service.pipeline.joined import join
from service.pipeline.notes import index_notes
from service.store import Database

_AT_ONCE: Final = 100  # procedures of one transaction


def index_stored(database: Database, reader: Reader, after: str) -> str | None:
    """Index some procedures, from one id on; gives the last one, None when there was none left."""
    with database.transaction() as store:
        ids = store.procedures.after(after, _AT_ONCE)

        def read(event: Event) -> Reading | Unreadable:
            return read_event(reader, event, companions_of(store, event))

        events = {event.id: event for _, event in store.events.of_procedures(ids)}
        # It locks them: who charts them meanwhile waits, and then says what holds.
        gathering = Gathering(store, read, [read(event) for event in events.values()])
        joined = join(gathering, gathering.all())
        lines = store.candidates.of_procedures(gathering.ids.values(), lock=False)
        index_notes(reader.note, gathering, joined, {line.procedure_id for line in lines})
    return ids[-1] if ids else None


def forget_notes(database: Database) -> int:
    """Empty the index; gives how many notes were in it."""
    forgotten = 0
    while True:
        with database.transaction() as store:
            some = store.notes.forget(_AT_ONCE * 10)
        if not some:
            return forgotten
        forgotten += some
