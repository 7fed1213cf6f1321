"""The shapes of questions to clinicians."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from service.api.schemas import DocumentOut, moment
from service.domain.asking import UNABLE, Asked
from service.mapping.documented.vocabulary import Vocabulary

_LONGEST_LIST = 200  # of values that a form offers


class QuestionOut(BaseModel):
    """A question to a clinician."""

    id: str
    candidate: str
    facility: str
    table: str
    element: str
    wording: str
    note: str
    state: str
    asked_by: str
    asked_at: datetime
    recorded_by: str  # who wrote the answer down, or withdrew the question
    recorded_at: datetime | None
    value: list[Any]
    text: str
    answered_by: str
    answered_at: datetime | None
    version: int


class FormOut(BaseModel):
    """What kind of answer a question takes."""

    type: str  # choice, boolean, integer, number, date, datetime, timezone, spinal_level, code, text
    many: bool
    values: list[Any]
    unit: str
    label: str
    unable: str = UNABLE  # the answer that there is none


class QuestionDetail(QuestionOut):
    """A question with the form of its answer."""

    form: FormOut


class QuestionPage(BaseModel):
    """A page of questions; `next` asks for the one after it."""

    items: list[QuestionOut]
    next: str | None


def question_out(asked: Asked) -> QuestionOut:
    """A question as it is shown."""
    answer = asked.answer
    return QuestionOut(
        id=asked.id,
        candidate=asked.candidate_id,
        facility=asked.facility,
        table=asked.table,
        element=asked.element,
        wording=asked.wording,
        note=asked.note,
        state=asked.state,
        asked_by=asked.asked_by,
        asked_at=moment(asked.asked_at),
        recorded_by=asked.recorded_by,
        recorded_at=moment(asked.recorded_at) if asked.recorded_at else None,
        value=list(answer.values) if answer else [],
        text=answer.text if answer else "",
        answered_by=answer.answered_by if answer else "",
        answered_at=datetime.fromisoformat(answer.answered_at) if answer else None,
        version=asked.version,
    )


def form_of(vocabulary: Vocabulary, name: str) -> FormOut:
    """What an answer may be, by the vocabulary."""
    if name not in vocabulary:  # asked under earlier mappings
        return FormOut(type="text", many=False, values=[], unit="", label=name)
    element = vocabulary.element(name)
    return FormOut(
        type=element.type,
        many=element.many,
        values=list(element.values[:_LONGEST_LIST]),
        unit=element.unit,
        label=element.label,
    )


def answer_document(asked: Asked) -> DocumentOut:
    """An answer as a document, beside the messages: evidence points into it."""
    assert asked.answer
    return DocumentOut(
        event=asked.id,
        format="answer",
        message_type=asked.element,
        sender=asked.answer.answered_by,
        received_at=datetime.fromisoformat(asked.answer.answered_at),
        text=asked.answer.text,
    )
