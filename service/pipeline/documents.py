"""Documents: the messages that a line comes from, and the files that these carry."""

from collections.abc import Sequence

from service import fhir, hl7
from service.domain.attachment import Attachment
from service.domain.errors import NotFound
from service.domain.event import Event, Format
from service.domain.review import Candidate
from service.pipeline.companions import companions_of
from service.store import Store
from service.store.transaction import AuditEntry


def messages_of(store: Store, line: Candidate) -> list[Event]:
    """The messages of a line's procedure, and the FHIR messages that say more of it; in order of arrival."""
    own = [event for _, event in store.events.of_procedures([line.procedure_id])]
    further = (companion.event for event in own for companion in companions_of(store, event))
    found = {event.id: event for event in (*own, *further)}
    return sorted(found.values(), key=lambda event: event.sequence)


def attachments_of(event: Event) -> Sequence[Attachment]:
    """The files that a message carries, in order: their numbers are their places in it."""
    return fhir.embedded_in(event) if event.format is Format.FHIR else hl7.embedded_in(event)


def open_attachment(store: Store, line: Candidate, event_id: str, number: int, *, by: str) -> Attachment:
    """One file of a line's messages, to be handed out. That is a read of patient data, and audited."""
    files = [
        file for event in messages_of(store, line) if event.id == event_id for file in attachments_of(event)
    ]
    if not 0 < number <= len(files):
        raise NotFound("this line has no such file")
    files[number - 1].opened()
    detail = f"file {number}"
    store.audit(AuditEntry(line.facility, "review", by, "download", "event", event_id, detail=detail))
    return files[number - 1]
