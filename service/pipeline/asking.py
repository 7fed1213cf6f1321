"""Asking: a coder asks a clinician what is not documented; the answer is charted as documentation.

Locks are taken in charting's order (procedure, line), so that no answer falls between a reading of the
procedure and its end. Works within its caller's transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from service.domain.asking import UNABLE, Answer, Asked, AskedState
from service.domain.charge import CandidateStatus
from service.domain.documentation import Value
from service.domain.errors import Fault, StaleVersion, UnreadableInput, WrongState
from service.domain.ids import new_id
from service.domain.review import Candidate
from service.mapping.documented.vocabulary import Vocabulary
from service.pipeline.reviewing import Reviewer, open_line
from service.store import Store
from service.store.users import User

SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it is written down by a coder."""

    value: object = field(repr=False)
    answered_by: str = field(repr=False)
    answered_at: datetime | None = None
    text: str = field(default="", repr=False)


def ask(store: Store, reviewer: Reviewer, element: str, note: str) -> Asked:
    """Ask for an element that the line's mapping asks for, in the mapping's own words: they do not lead."""
    line = open_line(store, reviewer)
    wordings = {each["element"]: each["wording"] for each in line.content["questions"]}
    if element not in wordings:
        raise UnreadableInput(Fault("/element", "103", "this line asks for no such element"))
    if any(each.element == element for each in _open_of(store, line.procedure_id)):
        raise WrongState(f"{element} is asked for already: wait for the answer, or withdraw the question")
    asked = store.questions.add(line, element, wordings[element], note, by=reviewer.user.name)
    store.candidates.change(line, status=CandidateStatus.WAITING.value, asked=line.asked + 1)
    return asked


def answer(store: Store, user: User, question: tuple[str, int], said: Said, vocabulary: Vocabulary) -> Asked:
    """Take an answer: from now on it is part of what is documented about the procedure."""
    asked = _locked(store, user, question, AskedState.OPEN)
    values = _values(vocabulary, asked.element, said.value)
    moment = said.answered_at or datetime.fromtimestamp(store.now, UTC)
    told = Answer(
        values=values,
        text=said.text or ", ".join(map(str, values)) or UNABLE,
        answered_by=said.answered_by,
        answered_at=moment.isoformat(timespec="seconds"),
        mark=new_id(),
    )
    answered = store.questions.settle(asked, AskedState.ANSWERED, by=user.name, action="answer", answer=told)
    _let_go(store, asked)
    _chart_again(store, asked)
    return answered


def withdraw(store: Store, user: User, question: tuple[str, int], reason: str) -> Asked:
    """Wait no longer for an answer; or let an answer that was given count no more."""
    asked = _locked(store, user, question, AskedState.OPEN, AskedState.ANSWERED)
    withdrawn = store.questions.settle(
        asked, AskedState.WITHDRAWN, by=user.name, action="withdraw", answer=asked.answer, reason=reason
    )
    if asked.state is AskedState.OPEN:
        _let_go(store, asked)
    else:
        _chart_again(store, asked)
    return withdrawn


def close_of(store: Store, line: Candidate, by: str) -> None:
    """A line that is decided on waits for no answer."""
    for asked in _open_of(store, line.procedure_id):
        if asked.candidate_id == line.id:
            store.questions.settle(asked, AskedState.WITHDRAWN, by=by, action="withdraw")


def carry_over(store: Store, procedure_ids: Iterable[str]) -> None:
    """After charting: open questions stand at the lines that took the place of theirs, if those still ask."""
    found = store.questions.of_procedures(procedure_ids, AskedState.OPEN)
    for procedure_id, questions in found.items():
        lines = {each.slot: each for each in store.candidates.of_procedures([procedure_id]) if each.live}
        for asked in questions:
            line = lines.get(asked.slot)
            if line is None or asked.element not in {q["element"] for q in line.content["questions"]}:
                store.questions.settle(asked, AskedState.OVERTAKEN, by=SERVICE, action="overtake")
            elif line.id != asked.candidate_id:
                store.questions.move(asked, line)
                store.candidates.change(line, status=CandidateStatus.WAITING.value, asked=line.asked + 1)
                lines[asked.slot] = store.candidates.get(line.id, line.facility)


def _open_of(store: Store, procedure_id: str) -> list[Asked]:
    return store.questions.of_procedure(procedure_id, AskedState.OPEN)


def _locked(store: Store, user: User, question: tuple[str, int], *states: AskedState) -> Asked:
    identifier, version = question
    store.procedures.hold(store.questions.get(identifier, user.facility).procedure_id)
    asked = store.questions.get(identifier, user.facility, lock=True)
    if asked.version != version:
        raise StaleVersion(f"the question is at version {asked.version}, you read {version}")
    if asked.state not in states:
        raise WrongState(f"the question is {asked.state}")
    return asked


def _let_go(store: Store, asked: Asked) -> None:
    """The line waits for one answer less."""
    line = store.candidates.get(asked.candidate_id, asked.facility, lock=True)
    if not line.live:
        return
    left = max(0, line.asked - 1)
    status = CandidateStatus.PROPOSED if line.code and not left else CandidateStatus.WAITING
    store.candidates.change(line, status=status.value, asked=left)


def _chart_again(store: Store, asked: Asked) -> None:
    store.links.reopen(set(store.procedures.events_of(asked.procedure_id)))


def _values(vocabulary: Vocabulary, name: str, value: object) -> tuple[Value, ...]:
    """The answer in the vocabulary's words; none where it cannot be determined."""
    if value == UNABLE:
        return ()
    element = vocabulary.element(name)
    items = value if isinstance(value, list) else [value]
    if not items or (len(items) > 1 and not element.many):
        raise UnreadableInput(Fault("/value", "103", f"{name} takes one value"))
    try:
        return tuple(element.accept(item) for item in items)
    except ValueError as error:
        raise UnreadableInput(Fault("/value", "103", str(error))) from None
