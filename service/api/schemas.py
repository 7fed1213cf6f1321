"""The shapes of what the API answers with."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import starmap
from typing import Any

from pydantic import BaseModel

from service.domain.attachment import Attachment
from service.domain.charge import Charge
from service.domain.edits import Edit
from service.domain.event import Event
from service.domain.review import Candidate
from service.domain.stakes import CURRENCY, Stakes
from service.hl7 import decode
from service.pipeline.day import edit_id
from service.pipeline.documents import attachments_of
from service.store.postings import Posting


class PostingOut(BaseModel):
    """How a charge stands at its destination."""

    id: str
    charge: str  # FT1-2
    destination: str
    state: str
    control_id: str  # MSH-10
    attempts: int
    note: str
    billed_at: datetime | None  # since when billing tells of the charge by itself
    waits_for: str  # FT1-2 of the credit that billing must have first
    updated_at: datetime


class ChargeOut(BaseModel):
    """An approved charge, without the patient."""

    key: str  # FT1-2
    kind: str  # FT1-6
    reverses: str
    code: str
    units: int
    modifiers: list[str]
    service_date: str
    approved_by: str
    postings: list[PostingOut]


class CandidateOut(BaseModel):
    """A line of the queue, without the patient."""

    id: str
    facility: str
    status: str
    kind: str
    code: str
    units: int
    modifiers: list[str]
    origin: str
    table: str
    row: int
    service_date: str
    because: list[str]
    questions: list[dict[str, Any]]
    note: str
    corrects: str
    claimed_by: str
    claimed_until: datetime | None
    version: int
    created_at: datetime
    payer: str  # kind of payer; "" = not documented
    provider: str  # a keyed hash: equal for lines of one provider
    assigned_to: str
    held_until: datetime | None
    hold_reason: str
    asked: int  # questions to the clinician that wait for an answer
    undo_until: datetime | None  # an approval is held back from posting until then
    file_by: date | None  # the last day on which the payer takes a claim; null = not known
    days_left: int | None  # until then; less than 0 = overdue
    amount: Decimal | None  # by the charge master, less than 0 of a credit; null = no price is known
    currency: str  # "" = the site has no charge master


class AttachmentOut(BaseModel):
    """A file that a message carries: `GET .../documents/{event}/attachments/{number}` hands it out."""

    number: int
    path: str  # where it stands: OBX[3]-5[1], Bundle.entry[0].resource.content[0].attachment
    title: str
    stated_type: str  # as its sender names it
    media_type: str  # by its own bytes
    size: int  # bytes
    fault: str  # why it cannot be handed out; "" = it can


class DocumentOut(BaseModel):
    """A message as it came."""

    event: str
    format: str
    message_type: str
    sender: str
    received_at: datetime
    text: str
    attachments: list[AttachmentOut] = []


class EditOut(BaseModel):
    """An edit of CMS, or of a table, that bites the line, or one beside it of the same patient and day."""

    id: str  # what an approval names in edits_seen
    kind: str
    severity: str  # denied = not paid as it stands; question = only with documentation
    code: str  # that is not paid
    other: str  # that it meets; "" = none
    own: bool  # whether this line is the one that is not paid
    why: str
    source: str  # the loaded file; the table


class CoverageOut(BaseModel):
    """What a payer's policy, as the site noted it, may find wanting."""

    policy: str  # the file
    kind: str  # diagnosis, frequency, documentation
    why: str
    source: str


class CommentOut(BaseModel):
    """What somebody said of a line."""

    by: str
    at: datetime
    text: str


class UndoOut(BaseModel):
    """Whether the decision on a line can be taken back now."""

    possible: bool
    why_not: str


class LineOut(CandidateOut):
    """A line with its evidence, its documents and all that was decided on it."""

    edits: list[EditOut]
    coverage: list[CoverageOut]

    elements: list[dict[str, Any]]
    evidence: list[dict[str, Any]]
    stated: list[dict[str, Any]]
    context: dict[str, str]
    diagnoses: list[str]
    documents: list[DocumentOut]
    decisions: list[dict[str, Any]]
    charges: list[ChargeOut]
    undo: UndoOut


class CandidatePage(BaseModel):
    """A page of the queue; `next` asks for the one after it."""

    items: list[CandidateOut]
    next: str | None


def moment(seconds: float) -> datetime:
    """Seconds since the epoch as a UTC time."""
    return datetime.fromtimestamp(seconds, UTC)


def candidate_out(line: Candidate, stakes: Stakes) -> dict[str, Any]:
    """The fields of CandidateOut."""
    content = line.content
    return {
        "id": line.id,
        "facility": line.facility,
        "status": line.status,
        "kind": line.kind,
        "code": line.code,
        "units": line.units,
        "modifiers": list(line.modifiers),
        "origin": line.origin,
        "table": line.table,
        "row": line.row,
        "service_date": line.service_date,
        "because": content["because"],
        "questions": content["questions"],
        "note": content.get("note", ""),
        "corrects": line.corrects,
        "claimed_by": line.claimed_by,
        "claimed_until": moment(line.claimed_until) if line.claimed_until else None,
        "version": line.version,
        "created_at": moment(line.created_at),
        "payer": line.payer,
        "provider": line.provider_key,
        "assigned_to": line.assigned_to,
        "held_until": moment(line.held_until) if line.held_until else None,
        "hold_reason": content.get("hold_reason", ""),
        "asked": line.asked,
        "undo_until": moment(line.undo_until) if line.undo_until else None,
        "file_by": stakes.file_by(line),
        "days_left": stakes.days_left(line),
        "amount": stakes.amount(line),
        "currency": CURRENCY if stakes.prices else "",
    }


def document_out(event: Event) -> DocumentOut:
    """A message, decoded for reading, with the files that it carries."""
    files = list(starmap(_attachment_out, enumerate(attachments_of(event), start=1)))
    return message_out(event).model_copy(update={"attachments": files})


def message_out(event: Event) -> DocumentOut:
    """A message, decoded for reading."""
    return DocumentOut(
        event=event.id,
        format=event.format,
        message_type=event.message_type,
        sender=event.sender,
        received_at=moment(event.received_at),
        text=decode(event.body, event.charset or None).text,
    )


def _attachment_out(number: int, file: Attachment) -> AttachmentOut:
    return AttachmentOut(
        number=number,
        path=file.path,
        title=file.title,
        stated_type=file.stated_type,
        media_type=file.media_type if file.data else "",
        size=len(file.data),
        fault=file.fault,
    )


def posting_out(posting: Posting) -> PostingOut:
    """A posting without its bytes."""
    return PostingOut(
        id=posting.id,
        charge=posting.charge_key,
        destination=posting.destination,
        state=posting.state,
        control_id=posting.control_id,
        attempts=posting.attempts,
        note=posting.note,
        billed_at=moment(posting.billed_at) if posting.billed_at else None,
        waits_for=posting.waits_for,
        updated_at=moment(posting.updated_at),
    )


def edit_out(edit: Edit, line: Candidate) -> EditOut:
    """An edit, as the line takes part in it."""
    return EditOut(
        id=edit_id(edit),
        kind=edit.kind,
        severity=edit.severity,
        code=edit.code,
        other=edit.other,
        own=edit.line == line.id,
        why=edit.why,
        source=edit.source,
    )


def charge_out(charge: Charge, postings: list[Posting]) -> ChargeOut:
    """A charge and its postings."""
    return ChargeOut(
        key=charge.key,
        kind=charge.kind,
        reverses=charge.reverses,
        code=charge.code.value,
        units=charge.units,
        modifiers=[modifier.value for modifier in charge.modifiers],
        service_date=charge.service_date,
        approved_by=charge.approved_by,
        postings=[posting_out(posting) for posting in postings],
    )
