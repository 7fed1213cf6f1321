"""Stored procedures, to try mappings on: reading them is audited."""

from pathlib import Path

from service.commands.corpus import by_key
from service.domain.documentation import Documentation
from service.domain.event import Event
from service.fhir import Companion
from service.pipeline.chart import Reader
from service.pipeline.companions import companions_of
from service.store.transaction import AuditEntry
from service.store.users import ALL_FACILITIES
from service.wiring import database_of, read_settings

_PAGE = 500


def stored(reader: Reader, data: Path | None, why: str) -> list[tuple[str, Documentation]]:
    """Return what every stored procedure documents, by its id."""
    database = database_of(read_settings(data=data))
    found: list[tuple[str, Documentation]] = []
    after = ""
    while True:
        with database.transaction() as store:
            ids = store.procedures.after(after, _PAGE)
            events: dict[str, list[Event]] = {}
            companions: dict[str, tuple[Companion, ...]] = {}
            for procedure_id, event in store.events.of_procedures(ids):
                events.setdefault(procedure_id, []).append(event)
                companions[event.id] = companions_of(store, event)
            if ids:
                entry = AuditEntry(
                    ALL_FACILITIES, "review", "command line", "read", "procedure", why, len(ids)
                )
                store.audit(entry)
        for procedure_id, said in events.items():
            found += [
                (f"{procedure_id}", reader.chart(keyed).documentation)
                for keyed in by_key(reader, said, companions).values()
            ]
        if not ids:
            return found
        after = ids[-1]
