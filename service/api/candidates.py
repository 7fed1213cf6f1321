"""A line of the review queue: show, claim, approve, change, reject."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from service.api.access import CandidateReader, Decider
from service.api.parts import Parts, PartsOf
from service.api.problems import problem
from service.api.schemas import (
    Approval,
    CandidateDetail,
    CandidateOut,
    Change,
    Rejection,
    candidate_out,
    charge_out,
    document_out,
    edit_out,
)
from service.domain.errors import StaleVersion
from service.domain.review import Candidate
from service.pipeline import decide
from service.pipeline.day import edits_of
from service.pipeline.decide import Reviewer
from service.store import Store
from service.store.transaction import AuditEntry
from service.store.users import User

router = APIRouter(prefix="/v1/candidates", tags=["review"])
_LONGEST_VERSION = 9  # digits
IfMatch = Annotated[str | None, Header(description='The ETag that was read, as "3"')]


@router.get("/{identifier}")
def show_candidate(
    identifier: str, parts: PartsOf, user: CandidateReader, response: Response
) -> CandidateDetail:
    """A line with its evidence and the messages it comes from. The read is audited."""
    with parts.database.transaction() as store:
        line = store.candidates.get(identifier, user.facility)
        store.audit(AuditEntry(line.facility, "review", user.name, "read", "candidate", line.id))
        response.headers["ETag"] = f'"{line.version}"'
        return _detail(store, line)


@router.post("/{identifier}/claim")
def claim(
    identifier: str, parts: PartsOf, user: Decider, response: Response, if_match: IfMatch = None
) -> CandidateOut:
    """Lease a line for ten minutes; again, to renew."""
    return _do(parts, response, decide.claim, _reviewer(user, identifier, if_match))


@router.post("/{identifier}/release")
def release(
    identifier: str, parts: PartsOf, user: Decider, response: Response, if_match: IfMatch = None
) -> CandidateOut:
    """Give a claimed line back."""
    return _do(parts, response, decide.release, _reviewer(user, identifier, if_match))


@router.post("/{identifier}/approve")
def approve(
    identifier: str,
    parts: PartsOf,
    user: Decider,
    response: Response,
    body: Approval | None = None,
    if_match: IfMatch = None,
) -> CandidateOut:
    """Make a charge of the line, and commit to post it; `edits_seen`: the edits that the approver saw."""
    reviewer = _reviewer(user, identifier, if_match)
    seen = body.edits_seen if body else []
    approved = _do(parts, response, decide.approve, reviewer, parts.destination, seen)
    parts.approved()
    return approved


@router.post("/{identifier}/change")
def change(
    identifier: str,
    body: Change,
    parts: PartsOf,
    user: Decider,
    response: Response,
    if_match: IfMatch = None,
) -> CandidateOut:
    """Correct a line by hand; it then still waits for approval."""
    reviewer = _reviewer(user, identifier, if_match)
    return _do(parts, response, decide.change, reviewer, body.changes(), body.reason)


@router.post("/{identifier}/reject")
def reject(
    identifier: str,
    body: Rejection,
    parts: PartsOf,
    user: Decider,
    response: Response,
    if_match: IfMatch = None,
) -> CandidateOut:
    """Decide that the line is no charge."""
    return _do(parts, response, decide.reject, _reviewer(user, identifier, if_match), body.reason)


class MissingVersion(StaleVersion):
    """If-Match is needed: send the ETag that you read."""


def missing_version(_request: Request, error: Exception) -> JSONResponse:
    """428: a change that names no version could overwrite somebody's work."""
    return problem(428, "version-needed", str(error))


def _reviewer(user: User, identifier: str, if_match: str | None) -> Reviewer:
    if not if_match:
        raise MissingVersion
    version = if_match.strip().strip('"')
    if not version.isdecimal() or len(version) > _LONGEST_VERSION:
        raise StaleVersion(f"If-Match {if_match[:20]!r} is no version of a candidate")
    return Reviewer(user, identifier, int(version))


def _do(
    parts: Parts, response: Response, step: Callable[..., Candidate], reviewer: Reviewer, *arguments: Any
) -> CandidateOut:
    with parts.database.transaction() as store:
        line = step(store, reviewer, *arguments)
    response.headers["ETag"] = f'"{line.version}"'
    return CandidateOut(**candidate_out(line))


def _detail(store: Store, line: Candidate) -> CandidateDetail:
    content = line.content
    return CandidateDetail(
        **candidate_out(line),
        edits=[edit_out(edit, line) for edit in edits_of(store, line)],
        elements=content["elements"],
        evidence=content["evidence"],
        stated=content["stated"],
        context=content["context"],
        diagnoses=content["diagnoses"],
        documents=[document_out(event) for _, event in store.events.of_procedures([line.procedure_id])],
        decisions=store.candidates.decisions(line),
        charges=[
            charge_out(charge, store.postings.of_charge(charge.key))
            for charge in store.charges.of_candidate(line.id)
        ],
    )
