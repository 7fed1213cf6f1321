"""Questions to clinicians: ask, see what is open, write an answer down, withdraw."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from service.api.access import CandidateReader, Decider
from service.api.inputs import Anything, In, Moment, Reason, shown
from service.api.once import Answer, IfMatch, OnceOf, reviewer, version_of
from service.api.parts import PartsOf
from service.api.question_schemas import QuestionDetail, QuestionOut, QuestionPage, form_of, question_out
from service.domain.asking import AskedState
from service.pipeline import asking
from service.store import Store
from service.store.transaction import AuditEntry

router = APIRouter(prefix="/v1", tags=["questions"])
_Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class AskIn(In):
    """What to ask: an element of the line's `questions`. It is put in the mapping's words."""

    model_config = shown(element="imaging.modality", note="The report names no imaging.")

    element: Annotated[str, Field(max_length=64)]
    note: Annotated[str, Field(max_length=2000)] = ""


class AnswerIn(In):
    """What the clinician said; `unable_to_determine` where it cannot be said."""

    model_config = shown(
        value="fluoroscopy", answered_by="Dr. Testperson", answered_at="2026-01-06T09:30:00Z"
    )

    value: Anything
    answered_by: _Line
    answered_at: Moment | None = None
    text: Annotated[str, Field(max_length=2000)] = ""


class Withdrawal(In):
    """Why a question, or an answer, counts no more."""

    model_config = shown(reason="an addendum says it")

    reason: Reason


@router.post("/candidates/{identifier}/ask", response_model=QuestionOut, status_code=201)
def ask(identifier: str, body: AskIn, user: Decider, once: OnceOf, if_match: IfMatch = None) -> Response:
    """Ask the clinician; the line waits for the answer."""
    who = reviewer(user, identifier, if_match)

    def work(store: Store) -> Answer:
        asked = asking.ask(store, who, body.element, body.note)
        return Answer(question_out(asked), 201, asked.version, f"/v1/questions/{asked.id}")

    return once.do(work)


@router.get("/questions")
def list_questions(
    request: Request,
    response: Response,
    parts: PartsOf,
    user: CandidateReader,
    state: AskedState = AskedState.OPEN,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> QuestionPage:
    """Questions in a state, oldest first; by default those that wait for an answer."""
    with parts.database.transaction() as store:
        found = store.questions.page(user.facility, state, limit=limit, after=after)
        store.audit(AuditEntry(user.facility, "review", user.name, "list", "question", "", len(found)))
    following = None
    if len(found) == limit:
        following = str(request.url.include_query_params(after=found[-1].sequence))
        response.headers["Link"] = f'<{following}>; rel="next"'
    return QuestionPage(items=list(map(question_out, found)), next=following)


@router.get("/questions/{identifier}")
def show_question(
    identifier: str, parts: PartsOf, user: CandidateReader, response: Response
) -> QuestionDetail:
    """A question, and what kind of answer it takes."""
    with parts.database.transaction() as store:
        asked = store.questions.get(identifier, user.facility)
        store.audit(AuditEntry(asked.facility, "review", user.name, "read", "question", asked.id))
    response.headers["ETag"] = f'"{asked.version}"'
    form = form_of(parts.vocabulary, asked.element)
    return QuestionDetail(**question_out(asked).model_dump(), form=form)


@router.post("/questions/{identifier}/answer", response_model=QuestionOut)
def answer(
    identifier: str, body: AnswerIn, parts: PartsOf, user: Decider, once: OnceOf, if_match: IfMatch = None
) -> Response:
    """Write down what the clinician said: the procedure is charted again, with it."""
    question = (identifier, version_of(if_match))
    said = asking.Said(body.value, body.answered_by, body.answered_at, body.text)

    def work(store: Store) -> Answer:
        asked = asking.answer(store, user, question, said, parts.vocabulary)
        return Answer(question_out(asked), version=asked.version)

    answered = once.do(work)
    parts.answered()
    return answered


@router.post("/questions/{identifier}/withdraw", response_model=QuestionOut)
def withdraw(
    identifier: str,
    body: Withdrawal,
    parts: PartsOf,
    user: Decider,
    once: OnceOf,
    if_match: IfMatch = None,
) -> Response:
    """Wait no longer for an answer; or let one that was given count no more."""
    question = (identifier, version_of(if_match))

    def work(store: Store) -> Answer:
        asked = asking.withdraw(store, user, question, body.reason)
        return Answer(question_out(asked), version=asked.version)

    withdrawn = once.do(work)
    parts.answered()
    return withdrawn
