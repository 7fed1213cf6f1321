"""Stored procedures, to try mappings on: reading them is audited."""

from collections.abc import Iterator
from pathlib import Path

from service.commands.corpus import by_key
from service.domain.documentation import Documentation
from service.domain.event import Event
from service.fhir import Companion
from service.pipeline.chart import Reader
from service.pipeline.companions import companions_of
from service.store.transaction import AuditEntry
from service.store.users import ALL_FACILITIES
from service.wiring.database import current_database
from service.wiring.given_settings import read_settings

_PAGE = 500
_Events = dict[str, list[Event]]
_Companions = dict[str, tuple[Companion, ...]]


def stored(reader: Reader, data: Path | None, why: str) -> list[tuple[str, Documentation]]:
    """Return what every stored procedure documents, by its id."""
    return [
        (procedure_id, reader.chart(keyed).documentation)
        for events, companions in _pages(data, why)
        for procedure_id, said in events.items()
        for keyed in by_key(reader, said, companions).values()
    ]


def stored_events(data: Path | None, why: str) -> Iterator[tuple[Event, tuple[Companion, ...]]]:
    """Yield the events of every stored procedure, each once, with what else they are read with."""
    told: set[str] = set()
    for events, companions in _pages(data, why):
        for event in (each for said in events.values() for each in said):
            if event.id not in told:
                told.add(event.id)
                yield event, companions[event.id]


def _pages(data: Path | None, why: str) -> Iterator[tuple[_Events, _Companions]]:
    """Yield the events of some procedures, by its id, and the companions of each event, by its."""
    database = current_database(read_settings(data=data))
    after = ""
    while True:
        with database.transaction() as store:
            ids = store.procedures.after(after, _PAGE)
            events: _Events = {}
            companions: _Companions = {}
            for procedure_id, event in store.events.of_procedures(ids):
                events.setdefault(procedure_id, []).append(event)
                companions[event.id] = companions_of(store, event)
            if ids:
                entry = AuditEntry(
                    ALL_FACILITIES, "review", "command line", "read", "procedure", why, len(ids)
                )
                store.audit(entry)
        if not ids:
            return
        yield events, companions
        after = ids[-1]
