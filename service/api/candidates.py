"""A line of the review queue: show, claim, approve, change, reject, undo."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from service.api.access import CandidateReader, Decider
from service.api.handling_inputs import Claiming
from service.api.inputs import Approval, Change, Rejection, Undoing
from service.api.once import Answer, IfMatch, Once, OnceOf, reviewer
from service.api.parts import Parts, PartsOf
from service.api.question_schemas import QuestionOut, answer_document, question_out
from service.api.schemas import (
    CandidateOut,
    CommentOut,
    CoverageOut,
    DocumentOut,
    LineOut,
    UndoOut,
    candidate_out,
    charge_out,
    document_out,
    edit_out,
)
from service.domain.asking import Asked, AskedState
from service.domain.review import Candidate
from service.pipeline import decide, handling
from service.pipeline.coverage import coverage_of
from service.pipeline.day import day_of
from service.pipeline.documents import messages_of
from service.pipeline.reviewing import Reviewer
from service.pipeline.undo import undo, why_not
from service.store import Store
from service.store.transaction import AuditEntry

router = APIRouter(prefix="/v1/candidates", tags=["review"])


class DuplicateOut(BaseModel):
    """Another procedure's line, by which the same code is charged for the day already."""

    id: str
    code: str
    units: int
    modifiers: list[str]
    order_number: str  # "" = not documented
    approved_by: str
    other_patient: bool  # of the same order, under another number of a patient


class CandidateDetail(LineOut):
    """A line with its evidence, its documents, and all that was asked about it and decided on it."""

    duplicates: list[DuplicateOut]
    asked_questions: list[QuestionOut]
    comments: list[CommentOut]
    titles: dict[str, str]  # what the mappings call the table and the elements that are named above
    predecessor: str  # the line whose place this one took when its documentation changed; "" = none's


@router.get("/{identifier}")
def show_candidate(
    identifier: str, parts: PartsOf, user: CandidateReader, response: Response
) -> CandidateDetail:
    """A line with its evidence and the messages it comes from. The read is audited."""
    with parts.database.transaction() as store:
        line = store.candidates.get(identifier, user.facility)
        store.audit(AuditEntry(line.facility, "review", user.name, "read", "candidate", line.id))
        response.headers["ETag"] = f'"{line.version}"'
        return _detail(store, line, parts)


@router.post("/{identifier}/claim", response_model=CandidateOut)
def claim(
    identifier: str, user: Decider, once: OnceOf, body: Claiming | None = None, if_match: IfMatch = None
) -> Response:
    """Lease a line for ten minutes; a lead may take it over from somebody else, saying why."""
    take_over = (body.take_over if body else None) or ""
    return _do(once, handling.claim, reviewer(user, identifier, if_match), take_over)


@router.post("/{identifier}/release", response_model=CandidateOut)
def release(identifier: str, user: Decider, once: OnceOf, if_match: IfMatch = None) -> Response:
    """Give a claimed line back."""
    return _do(once, handling.release, reviewer(user, identifier, if_match))


@router.post("/{identifier}/approve", response_model=CandidateOut)
def approve(
    identifier: str,
    parts: PartsOf,
    user: Decider,
    once: OnceOf,
    body: Approval | None = None,
    if_match: IfMatch = None,
) -> Response:
    """Make a charge of the line, and commit to post it.

    `edits_seen`: the edits that the approver saw; `duplicates_seen`: the `duplicates`; `confirmed`: the
    elements of the questions that he confirmed.
    """
    seen = body.model_dump() if body else {}
    approval = reviewer(user, identifier, if_match)
    approved = _do(once, decide.approve, approval, parts.destination, **seen, **_rules(parts))
    parts.approved()
    return approved


@router.post("/{identifier}/undo", response_model=CandidateOut)
def undo_decision(
    identifier: str, user: Decider, once: OnceOf, body: Undoing | None = None, if_match: IfMatch = None
) -> Response:
    """Take back an approval that has not left for billing, or a rejection: the line is open again."""
    return _do(once, undo, reviewer(user, identifier, if_match), body.reason if body else "")


@router.post("/{identifier}/change", response_model=CandidateOut)
def change(identifier: str, body: Change, user: Decider, once: OnceOf, if_match: IfMatch = None) -> Response:
    """Correct a line by hand; it then still waits for approval."""
    return _do(once, decide.change, reviewer(user, identifier, if_match), body.changes(), body.reason)


@router.post("/{identifier}/reject", response_model=CandidateOut)
def reject(
    identifier: str, body: Rejection, user: Decider, once: OnceOf, if_match: IfMatch = None
) -> Response:
    """Decide that the line is no charge."""
    return _do(once, decide.reject, reviewer(user, identifier, if_match), body.reason, body.text)


def _rules(parts: Parts) -> dict[str, Any]:
    return {"hold": parts.hold, "second": parts.second_review}


def _do(
    once: Once, step: Callable[..., Candidate], who: Reviewer, *arguments: Any, **options: Any
) -> Response:
    def work(store: Store) -> Answer:
        line = step(store, who, *arguments, **options)
        return Answer(CandidateOut(**candidate_out(line, once.stakes)), version=line.version)

    return once.do(work)


def _detail(store: Store, line: Candidate, parts: Parts) -> CandidateDetail:
    content, day = line.content, day_of(store, line)
    kept = why_not(store, line)
    asked = store.questions.of_procedure(line.procedure_id)
    return CandidateDetail(
        **candidate_out(line, parts.stakes),
        edits=[edit_out(edit, line) for edit in day.edits(store)],
        coverage=[CoverageOut(**asdict(flag)) for flag in coverage_of(store, line, parts.policies)],
        elements=content["elements"],
        evidence=content["evidence"],
        stated=content["stated"],
        context=content["context"],
        diagnoses=content["diagnoses"],
        documents=_documents(store, line, asked),
        decisions=store.candidates.decisions(line),
        charges=[
            charge_out(charge, store.postings.of_charge(charge.key))
            for charge in store.charges.of_candidate(line.id)
        ],
        predecessor=store.candidates.predecessor(line),
        duplicates=[
            _duplicate_out(store, other, other_patient=other not in day.lines)
            for other in day.duplicates(store)
        ],
        comments=[CommentOut(**said) for said in store.comments.of_line(line)],
        asked_questions=list(map(question_out, asked)),
        titles=parts.reader.mappings.titles_of(_names_in(line, asked)),
        undo=UndoOut(possible=not kept, why_not=kept),
    )


def _duplicate_out(store: Store, other: Candidate, *, other_patient: bool) -> DuplicateOut:
    return DuplicateOut(
        id=other.id,
        code=other.code,
        units=other.units,
        modifiers=list(other.modifiers),
        order_number=other.content["context"].get("order_number", ""),
        approved_by=store.charges.standing_of(other.id).approved_by,
        other_patient=other_patient,
    )


def _names_in(line: Candidate, asked: list[Asked]) -> Iterator[str]:
    """The table and the elements that a line speaks of."""
    yield line.table
    yield from (each["name"] for part in ("elements", "evidence") for each in line.content[part])
    yield from (each["element"] for each in line.content["questions"])
    yield from (each.element for each in asked)


def _documents(store: Store, line: Candidate, asked: list[Asked]) -> list[DocumentOut]:
    """The messages, and the answers that count, as they came."""
    messages = map(document_out, messages_of(store, line))
    return [*messages, *(answer_document(each) for each in asked if each.state is AskedState.ANSWERED)]
