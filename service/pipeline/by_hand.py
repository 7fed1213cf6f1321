"""By hand: lines that a person adds to a procedure. No mapping made them, and none takes them away."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from service.domain.charge import CandidateStatus, ChargeKind, Origin, Verdict
from service.domain.errors import Fault, UnreadableInput, WrongState
from service.domain.ids import new_id
from service.domain.review import BY_HAND, Candidate, Line
from service.pipeline.reviewing import Reviewer, open_line, read_line
from service.store import Store

#: What a line shows of its procedure, whoever brought it.
_SHARED = ("elements", "diagnoses", "stated", "unknown_codes", "tables_say", "excluded", "processing_id")


def add(store: Store, reviewer: Reviewer, charge: Mapping[str, Any], reason: str) -> Candidate:
    """Add a line to the procedure of another, which has been read: it waits for approval like any."""
    beside = read_line(store, reviewer)
    if beside.status is CandidateStatus.SUPERSEDED:
        raise WrongState("later documentation took the place of this line: add to that one")
    return _added(store, beside, charge, reviewer.user.name, {"reason": reason})


def split(
    store: Store, reviewer: Reviewer, parts: Sequence[Mapping[str, Any]], reason: str
) -> list[Candidate]:
    """Make several lines of one: the first part stays with it, the others stand beside it."""
    line = open_line(store, reviewer)
    if line.kind is ChargeKind.CREDIT or not line.code:
        raise WrongState("only a charge with a code can be split")
    if sum(part["units"] for part in parts) != line.units:
        raise UnreadableInput(Fault("/parts", "102", f"the units of the parts must add up to {line.units}"))
    by, detail = reviewer.user.name, {"reason": reason, "parts": [dict(part) for part in parts]}
    first = parts[0]
    kept = replace(
        line.unapproved(),
        units=first["units"],
        code=first.get("code", line.code),
        modifiers=tuple(first.get("modifiers", line.modifiers)),
    )
    store.candidates.rewrite(line, kept)
    store.candidates.decide(line, Verdict.SPLIT, by, detail)
    others = [_added(store, line, {"code": line.code, **part}, by, detail) for part in parts[1:]]
    return [store.candidates.get(line.id, line.facility), *others]


def _added(
    store: Store, beside: Candidate, charge: Mapping[str, Any], by: str, detail: dict[str, Any]
) -> Candidate:
    (identifier,) = store.candidates.add(
        beside.facility,
        [(beside.procedure_id, _line(beside, charge, by))],
        mappings_digest=beside.mappings_digest,
    )
    added = store.candidates.get(identifier, beside.facility)
    store.candidates.decide(added, Verdict.ADD, by, {**detail, "beside": beside.id})
    return added


def _line(beside: Candidate, charge: Mapping[str, Any], by: str) -> Line:
    content = {name: beside.content[name] for name in _SHARED if name in beside.content}
    context = {**beside.content["context"], **charge.get("context", {})}
    return Line(
        slot=f"{BY_HAND}{new_id()}",
        status=CandidateStatus.PROPOSED,
        origin=Origin.CODER,
        table="",
        table_hash="",
        row=0,
        code=charge["code"],
        units=charge.get("units", 1),
        modifiers=tuple(charge.get("modifiers", ())),
        service_date=charge.get("service_date", beside.service_date),
        content={
            **content,
            "context": context,
            "diagnoses": list(charge.get("diagnoses", beside.content["diagnoses"])),
            "because": [f"{by} added this line by hand"],
            "questions": [],
            "evidence": [],
        },
    )
