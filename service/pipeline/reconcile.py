"""Reconcile: the queue shows what is documented now, and what people decided stands."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from service.domain.charge import CandidateStatus, ChargeKind, Origin
from service.domain.documentation import BillingContext
from service.domain.review import BY_HAND, Candidate, Line
from service.store.candidates import Candidates

UNREADABLE = "unreadable"


def reconcile(
    candidates: Candidates, existing: Sequence[Candidate], lines: Sequence[Line]
) -> tuple[list[Line], list[str]]:
    """What to add to the queue, and which lines to supersede, so that it shows `lines` and nothing else.

    What people decided stands: a line that rests on the same documentation is not proposed again.
    """
    wanted = {line.slot: line for line in lines}
    covered = _moved(candidates, existing, wanted)
    add: list[Line] = []
    gone: list[str] = []
    for slot in dict.fromkeys((*wanted, *(candidate.slot for candidate in existing))):
        if wanted and slot.startswith(BY_HAND):
            continue  # a person added it; only with the procedure itself does it go
        rows = [candidate for candidate in existing if candidate.slot == slot]
        target = None if slot in covered else _target(candidates, rows, wanted.get(slot))
        live = next((row for row in rows if row.live), None)
        if live and target and live.basis == candidates.basis(target):
            continue
        gone.extend([live.id] if live else [])
        add.extend([target] if target else [])
    return add, gone


def show_anew(candidates: Candidates, standing: Sequence[Candidate], lines: Sequence[Line]) -> None:
    """Have lines that stand show what was ordered or booked since, and how their questions are worded now.

    It changes nothing else of them.
    """
    wanted = {line.slot: line.content for line in lines}
    for row in standing:
        if row.live and (now := wanted.get(row.slot)):
            content = {**row.content, "planned": now.get("planned", row.content.get("planned", []))}
            content["questions"] = _worded(row.content.get("questions", []), now.get("questions", []))
            if content != {"planned": [], "questions": [], **row.content}:
                candidates.change(row, content=content)


def _worded(questions: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wordings = {each["element"]: each["wording"] for each in now}
    return [{**each, "wording": wordings.get(each["element"], each["wording"])} for each in questions]


def hold_back(existing: Sequence[Candidate], problem: str) -> tuple[list[Line], list[str]]:
    """While a part of the documentation cannot be read, nothing is proposed: a line says why."""
    live = [row for row in existing if row.live]
    said = any(row.slot == UNREADABLE for row in live)
    gone = [row.id for row in live if row.slot != UNREADABLE and not row.slot.startswith(BY_HAND)]
    return ([] if said else [_unreadable(problem)]), gone


def _moved(candidates: Candidates, existing: Sequence[Candidate], wanted: dict[str, Line]) -> set[str]:
    """Slots that need no line: the very service is charged, only under another slot.

    A code that the sender stated may be approved before a table comes to propose the same.
    """
    covered: set[str] = set()
    for slot in {candidate.slot for candidate in existing} - wanted.keys():
        charged = _charged([row for row in existing if row.slot == slot and not row.live])
        for other, line in wanted.items():
            if charged and _is_told(candidates, line, charged):
                covered |= {slot, other}
    return covered


def _target(candidates: Candidates, rows: Sequence[Candidate], line: Line | None) -> Line | None:
    """The line that should wait for a person in this slot, given what was decided before."""
    decided = [row for row in rows if not row.live]
    charged = _charged(decided)
    if charged:
        line = _correction(line, charged) if line else _credit_of(charged)
        if _is_told(candidates, line, charged):
            return None
    if line and decided and decided[-1].basis == candidates.basis(line):
        return None
    return line


def _charged(decided: Sequence[Candidate]) -> Candidate | None:
    """The last line that was approved as a charge and not taken back since."""
    approved = [row for row in decided if row.status is CandidateStatus.APPROVED]
    return approved[-1] if approved and approved[-1].kind is ChargeKind.CHARGE else None


def _is_told(candidates: Candidates, line: Line, charged: Candidate) -> bool:
    """Whether billing was told this line. Who numbered the patient (PID-3.4) may have been said since."""
    context = line.content["context"]
    if not charged.content["context"].get("patient_id_authority"):
        context = {**context, "patient_id_authority": ""}
    return candidates.money(replace(line, content={**line.content, "context": context})) == charged.money


def _correction(line: Line, charged: Candidate) -> Line:
    return replace(line, corrects=charged.id)


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


def _unreadable(problem: str) -> Line:
    return Line(
        slot=UNREADABLE,
        status=CandidateStatus.WAITING,
        origin=Origin.MAPPED,
        table=UNREADABLE,
        table_hash="",
        row=0,
        code="",
        units=0,
        modifiers=(),
        service_date="",
        content={
            "elements": [],
            "context": asdict(BillingContext()),
            "diagnoses": [],
            "stated": [],
            "unknown_codes": [],
            "tables_say": {},
            "questions": [],
            "because": [],
            "evidence": [],
            "note": problem,
        },
    )
