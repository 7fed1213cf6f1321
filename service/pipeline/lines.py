"""Lines: what the mapping proposes for a procedure, as lines of the review queue."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from decimal import Decimal
from typing import Any

from service.domain.charge import CandidateCharge, CandidateStatus, Origin, Proposal, Question
from service.domain.codes import looks_like_modifier, looks_like_procedure_code
from service.domain.documentation import (
    BillingContext,
    Documentation,
    DocumentedElement,
    Plan,
    Source,
    StatedCode,
    UnknownCode,
)
from service.domain.event import PRODUCTION, Event, Format
from service.domain.frozen import frozen
from service.domain.review import Line

STATED = "stated"
UNMAPPED = "unmapped"
UNSIGNED = "unsigned"
CREDITED = "credited"
_CONTEXT_FIELDS = tuple(field.name for field in fields(BillingContext))
_DEED = "a note tells of something done, and no mapping reads what it was: see the words that are marked"
NOT_DONE = frozenset({"cancelled", "planned"})  # values of status
_LONGEST_SLOT = 96
_MOST_MODIFIERS = 4
_TOO_MANY = 10_000
_QUANTITY = re.compile(r"\+?[0-9]+(?:\.[0-9]*)?")  # NM; what a reader would take for another number is none


@frozen
class Chart:
    """A procedure as it is documented now, and what the mapping makes of it."""

    documentation: Documentation
    proposals: tuple[Proposal, ...]
    pending: str = ""  # why what is documented does not count yet; nothing is proposed
    deed: DocumentedElement | None = None  # what its notes tell was done, of which no table has a word


def lines_of(chart: Chart) -> list[Line]:
    """The lines that a person should see for a procedure."""
    documentation = chart.documentation
    if documentation.withdrawn:
        return list(_credit_lines(chart))
    shared = _shared_content(chart)
    if chart.pending:
        note = f"it is not signed yet ({chart.pending}): nothing is proposed or asked until it is"
        return [_line(documentation, UNSIGNED, shared, note=note)]
    lines = [
        line for proposal in chart.proposals for line in _proposal_lines(documentation, proposal, shared)
    ]
    mapped = {line.code for line in lines}
    stated = (each for each in _by_service(documentation.stated) if each[0].code not in mapped)
    open_questions = [each for proposal in chart.proposals for each in proposal.questions if each.blocking]
    lines.extend(_stated_line(documentation, each, shared, open_questions) for each in stated)
    if not lines and documentation.certain:
        lines.append(_line(documentation, UNMAPPED, shared, note=_unmapped(documentation)))
    elif not lines and chart.deed:
        lines.append(_line(documentation, UNMAPPED, _with_deed(shared, chart.deed), note=_DEED))
    return lines


def _with_deed(shared: dict[str, Any], deed: DocumentedElement) -> dict[str, Any]:
    """What an unmapped line shows: where its note tells of something done."""
    told = element_json(deed)
    return {**shared, "elements": [*shared["elements"], told], "evidence": [told]}


def of_processing(line: Line, event: Event) -> Line:
    """A line that says so where it comes from no production message: none of such is ever charged."""
    if event.processing_id == PRODUCTION:
        return line
    how = "marked HTEST" if event.format is Format.FHIR else f"MSH-11 is {event.processing_id}"
    said = f"it comes from a test or training message ({how}) and is never charged"
    note = "; ".join(filter(None, (said, line.content.get("note", ""))))
    return replace(line, content={**line.content, "processing_id": event.processing_id, "note": note})


def _unmapped(documentation: Documentation) -> str:
    own = [f"{each.source.text} ({each.source.path})" for each in documentation.stated if not each.code]
    doubts = [each.doubt for each in documentation.stated if each.doubt]
    told = [f"the sender's own code is {', '.join(own)}"] if own else []
    return "; ".join(("no mapping covers this procedure", *told, *doubts))


def _credit_lines(chart: Chart) -> Iterator[Line]:
    """What is taken back and was never told: a person looks which charge is meant."""
    for stated in chart.documentation.credited:
        said = stated.code or stated.source.text
        note = (
            f"the sender takes back {said} ({stated.source.path}), which it never charged under this number"
        )
        yield _line(
            chart.documentation, f"{CREDITED}:{said}"[:_LONGEST_SLOT], _shared_content(chart), note=note
        )


def _proposal_lines(
    documentation: Documentation, proposal: Proposal, shared: dict[str, Any]
) -> Iterator[Line]:
    questions = [question_json(question) for question in proposal.questions]
    content = {**shared, "questions": questions}
    slots: Counter[str] = Counter()
    for candidate in proposal.candidates:
        slot = _slot(candidate, proposal) if slots else proposal.table
        slots[slot] += 1
        numbered = slot if slots[slot] == 1 else f"{slot}#{slots[slot]}"
        yield _candidate_line(documentation, candidate, proposal, numbered, content)
    if not proposal.candidates and questions:
        yield _line(documentation, proposal.table, content, table_hash=proposal.table_hash)


def _slot(candidate: CandidateCharge, proposal: Proposal) -> str:
    """What a line beside the first is known by, when the procedure is charted again."""
    return ":".join((proposal.table, candidate.code, *candidate.modifiers))[:_LONGEST_SLOT]


def _candidate_line(
    documentation: Documentation,
    candidate: CandidateCharge,
    proposal: Proposal,
    slot: str,
    content: dict[str, Any],
) -> Line:
    evidence = [element_json(element) for element in candidate.evidence]
    content = {**content, "because": list(candidate.because), "evidence": evidence}
    if candidate.most_a_day:  # by code: a person may give the line another one
        content["most_a_day"] = {candidate.code: candidate.most_a_day}
    return Line(
        slot=slot,
        status=CandidateStatus.PROPOSED,
        origin=candidate.origin,
        table=candidate.table,
        table_hash=proposal.table_hash,
        row=candidate.row,
        code=candidate.code,
        units=candidate.units,
        modifiers=candidate.modifiers,
        service_date=service_date(documentation),
        content=content,
    )


def _status_doubts(documentation: Documentation) -> Iterator[str]:
    """Why a code may be no charge: what it names was not done, or nobody can read how far it went."""
    for status in NOT_DONE.intersection(documentation.values("status")):
        yield f"it is documented as {status}"
    if any(code.element == "status" for code in documentation.unknown):
        yield "how far it went is told in a code that no mapping translates"


def _stated_line(
    documentation: Documentation,
    stated: Sequence[StatedCode],
    shared: dict[str, Any],
    open_questions: Sequence[Question],
) -> Line:
    """The line of a code that the sender states, perhaps several times.

    What the documentation leaves open between it and others is to be confirmed before it is approved.
    """
    first = stated[0]
    slot = ":".join((STATED, first.code, *first.modifiers))[:_LONGEST_SLOT]
    doubts = dict.fromkeys((*_status_doubts(documentation), *(each.doubt for each in stated if each.doubt)))
    if doubts:
        note = f"the sender states {first.code}, but {'; '.join(doubts)}: it may be no charge, or another"
        return _line(documentation, slot, shared, note=note)
    units = {_units(each.units) for each in stated}
    if len(units) > 1 or units == {0} or not _are_modifiers(first.modifiers):
        note = f"the sender states {first.code}, with units or modifiers that cannot be used as they are"
        return _line(documentation, slot, shared, note=note)
    return Line(
        slot=slot,
        status=CandidateStatus.PROPOSED,
        origin=Origin.STATED,
        table=STATED,
        table_hash="",
        row=0,
        code=first.code,
        units=units.pop(),
        modifiers=first.modifiers,
        service_date=service_date(documentation),
        content={
            **shared,
            "because": [f"{first.code} is stated by the sender ({first.source.path})"],
            "evidence": [],
            "questions": [
                question_json(replace(each, blocking=False))
                for each in open_questions
                if first.code in each.between
            ],
        },
    )


def _units(text: str) -> int:
    """FT1-10 as a whole number; 1 when none is stated, 0 when it is no quantity that can be charged."""
    if not text:
        return 1
    if not _QUANTITY.fullmatch(text):
        return 0
    units = Decimal(text)
    return int(units) if units == units.to_integral() and 0 < units < _TOO_MANY else 0


def _are_modifiers(texts: Sequence[str]) -> bool:
    return len(texts) <= _MOST_MODIFIERS and all(map(looks_like_modifier, texts))


def _line(
    documentation: Documentation, slot: str, content: dict[str, Any], *, table_hash: str = "", note: str = ""
) -> Line:
    """A line without a code: a question is open."""
    return Line(
        slot=slot,
        status=CandidateStatus.WAITING,
        origin=Origin.MAPPED,
        table=slot,
        table_hash=table_hash,
        row=0,
        code="",
        units=0,
        modifiers=(),
        service_date=service_date(documentation),
        content={"questions": [], "evidence": [], **content, "because": [], "note": note},
    )


def _by_service(stated: Sequence[StatedCode]) -> list[list[StatedCode]]:
    """Stated codes that are one service: the same code with the same modifiers."""
    services: dict[tuple[str, tuple[str, ...]], list[StatedCode]] = {}
    for each in stated:
        if looks_like_procedure_code(each.code):
            services.setdefault((each.code, each.modifiers), []).append(each)
    return list(services.values())


def _shared_content(chart: Chart) -> dict[str, Any]:
    """What every line of a procedure shows."""
    documentation = chart.documentation
    return {
        "elements": [element_json(element) for element in documentation.elements],
        "context": {name: getattr(documentation.context, name) for name in _CONTEXT_FIELDS},
        "diagnoses": [str(value) for value in documentation.values("dx")],
        "stated": [said_json(stated) for stated in documentation.stated],
        "unknown_codes": [said_json(code) for code in documentation.unknown],
        "tables_say": {p.table: [c.code for c in p.candidates] for p in chart.proposals},
        "planned": [said_json(plan) for plan in documentation.plans],
        "excluded": [asdict(each) for p in chart.proposals for each in p.excluded],
    }


def element_json(element: DocumentedElement) -> dict[str, Any]:
    """An element as the API and `propose` print it."""
    source = _source_json(element.source)
    return {"name": element.name, "value": element.value, "origin": element.origin, "source": source}


def said_json(said: StatedCode | UnknownCode | Plan) -> dict[str, Any]:
    """What a sender says beside the elements, as the API and `propose` print it."""
    return {**asdict(said), "source": _source_json(said.source)}


def _source_json(source: Source) -> dict[str, Any]:
    shown = {"path": source.path, "start": source.start, "end": source.end, "text": source.text}
    beside = {"event": source.event_id, "beside": source.beside}
    return shown | {name: text for name, text in beside.items() if text}


def question_json(question: Question) -> dict[str, Any]:
    """A question as the API and `propose` print it."""
    return {
        "element": question.element,
        "wording": question.wording,
        "blocking": question.blocking,
        "between": list(question.between),
        "table": question.table,
        "conflict": question.conflict,
    }


def service_date(documentation: Documentation) -> str:
    """The one documented service date; "" when there is none, or more than one."""
    dates = {str(value)[:10] for value in documentation.values("service_date")}
    return dates.pop() if len(dates) == 1 else ""
