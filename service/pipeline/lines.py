"""Lines: what the mapping proposes for a procedure, as lines of the review queue beside those there are."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from service.domain.charge import CandidateCharge, CandidateStatus, ChargeKind, Origin, Proposal, Question
from service.domain.codes import looks_like_procedure_code
from service.domain.documentation import Documentation, DocumentedElement, StatedCode
from service.domain.review import Candidate, Line
from service.store.candidates import Candidates

STATED = "stated"
UNMAPPED = "unmapped"


@dataclass(frozen=True, slots=True)
class Chart:
    """A procedure as it is documented now, and what the mapping makes of it."""

    documentation: Documentation
    proposals: tuple[Proposal, ...]


def lines_of(chart: Chart) -> list[Line]:
    """The lines that a person should see for a procedure."""
    documentation = chart.documentation
    if documentation.withdrawn:
        return []
    shared = _shared_content(chart)
    lines = [
        line for proposal in chart.proposals for line in _proposal_lines(documentation, proposal, shared)
    ]
    mapped = {line.code for line in lines}
    lines.extend(
        _stated_line(documentation, stated, shared)
        for stated in _distinct(documentation.stated)
        if stated.code not in mapped
    )
    if not lines and documentation.certain:
        lines.append(_line(documentation, UNMAPPED, shared, note="no mapping covers this procedure"))
    return lines


def _proposal_lines(
    documentation: Documentation, proposal: Proposal, shared: dict[str, Any]
) -> Iterator[Line]:
    questions = [question_json(question) for question in proposal.questions]
    content = {**shared, "questions": questions}
    for number, candidate in enumerate(proposal.candidates, start=1):
        slot = proposal.table if number == 1 else f"{proposal.table}#{number}"
        yield _candidate_line(documentation, candidate, proposal, slot, content)
    if not proposal.candidates and questions:
        yield _line(documentation, proposal.table, content, table_hash=proposal.table_hash)


def _candidate_line(
    documentation: Documentation,
    candidate: CandidateCharge,
    proposal: Proposal,
    slot: str,
    content: dict[str, Any],
) -> Line:
    evidence = [element_json(element) for element in candidate.evidence]
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
        content={**content, "because": list(candidate.because), "evidence": evidence},
    )


def _stated_line(documentation: Documentation, stated: StatedCode, shared: dict[str, Any]) -> Line:
    units = int(stated.units) if stated.units.isdigit() and int(stated.units) else 1
    because = [f"{stated.code} is stated by the sender ({stated.source.path})"]
    return Line(
        slot=f"{STATED}:{stated.code}",
        status=CandidateStatus.PROPOSED,
        origin=Origin.STATED,
        table=STATED,
        table_hash="",
        row=0,
        code=stated.code,
        units=units,
        modifiers=stated.modifiers,
        service_date=service_date(documentation),
        content={**shared, "because": because, "evidence": [], "questions": []},
    )


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
        content={"questions": [], **content, "because": [], "evidence": [], "note": note},
    )


def _credit_of(charged: Candidate) -> Line:
    """The sender took the procedure back: propose to take the charge back."""
    return Line(
        slot=charged.slot,
        status=CandidateStatus.PROPOSED,
        origin=charged.origin,
        table=charged.table,
        table_hash=charged.table_hash,
        row=charged.row,
        code=charged.code,
        units=charged.units,
        modifiers=charged.modifiers,
        service_date=charged.service_date,
        content={
            **charged.content,
            "note": "the sender took this procedure back: approve to credit the charge",
        },
        kind=ChargeKind.CREDIT,
        corrects=charged.id,
    )


def reconcile(
    candidates: Candidates, existing: Sequence[Candidate], lines: Sequence[Line]
) -> tuple[list[Line], list[str]]:
    """What to add to the queue, and which lines to supersede, so that it shows `lines` and nothing else.

    What people decided stands: a line that rests on the same documentation is not proposed again.
    """
    wanted = {line.slot: line for line in lines}
    add: list[Line] = []
    gone: list[str] = []
    for slot in dict.fromkeys((*wanted, *(candidate.slot for candidate in existing))):
        rows = [candidate for candidate in existing if candidate.slot == slot]
        target = _target(candidates, rows, wanted.get(slot))
        live = next((row for row in rows if row.live), None)
        if live and target and live.basis == candidates.basis(target):
            continue
        gone.extend([live.id] if live else [])
        add.extend([target] if target else [])
    return add, gone


def _target(candidates: Candidates, rows: Sequence[Candidate], line: Line | None) -> Line | None:
    """The line that should wait for a person in this slot, given what was decided before."""
    decided = [row for row in rows if not row.live]
    charged = _charged(decided)
    if charged:
        line = _correction(line, charged) if line else _credit_of(charged)
        if candidates.money(line) == charged.money:
            return None
    if line and decided and decided[-1].basis == candidates.basis(line):
        return None
    return line


def _charged(decided: Sequence[Candidate]) -> Candidate | None:
    """The last line that was approved as a charge and not taken back since."""
    approved = [row for row in decided if row.status is CandidateStatus.APPROVED]
    return approved[-1] if approved and approved[-1].kind is ChargeKind.CHARGE else None


def _correction(line: Line, charged: Candidate) -> Line:
    values = {name: getattr(line, name) for name in Line.__slots__}
    return Line(**{**values, "corrects": charged.id})


def _distinct(stated: Sequence[StatedCode]) -> list[StatedCode]:
    shaped = (code for code in stated if looks_like_procedure_code(code.code))
    return list({code.code: code for code in shaped}.values())


def _shared_content(chart: Chart) -> dict[str, Any]:
    """What every line of a procedure shows."""
    documentation = chart.documentation
    return {
        "elements": [element_json(element) for element in documentation.elements],
        "context": asdict(documentation.context),
        "diagnoses": [str(value) for value in documentation.values("dx")],
        "stated": [asdict(stated) for stated in documentation.stated],
        "unknown_codes": [asdict(code) for code in documentation.unknown],
        "tables_say": {p.table: [c.code for c in p.candidates] for p in chart.proposals},
    }


def element_json(element: DocumentedElement) -> dict[str, Any]:
    """An element as the API and `propose` print it."""
    source = element.source
    shown = {"path": source.path, "start": source.start, "end": source.end, "text": source.text}
    if source.event_id:
        shown["event"] = source.event_id
    return {"name": element.name, "value": element.value, "origin": element.origin, "source": shown}


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
