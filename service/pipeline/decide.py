"""Decide: what a person does with a line of the review queue. Works within its caller's transaction.

Every step names the version that was read: who changed the line first wins, the other reads again.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from service.domain.charge import (
    CandidateStatus,
    Charge,
    ChargeKind,
    Origin,
    PostingState,
    Verdict,
)
from service.domain.codes import DiagnosisCode, Modifier, ProcedureCode
from service.domain.documentation import BillingContext
from service.domain.errors import DuplicateUnseen, EditsUnseen, UnusableCharge, WrongState
from service.domain.event import PRODUCTION, Format
from service.domain.ids import new_charge_key
from service.domain.rejection import OTHER, REASONS
from service.domain.review import FIRST_BY, Candidate
from service.domain.second_review import SecondReview
from service.pipeline import asking
from service.pipeline.day import Day, day_of, edit_id
from service.pipeline.reviewing import Reviewer, hold_day, hold_procedure, open_line
from service.store import Store
from service.store.users import User

_NO_SECOND = SecondReview()


def change(store: Store, reviewer: Reviewer, changes: Mapping[str, Any], reason: str) -> Candidate:
    """Correct a line by hand: code, units, modifiers, diagnoses, service_date, or fields of the context.

    A line with an open question gets its code this way; the question stays on record.
    """
    line = open_line(store, reviewer)
    if line.kind is ChargeKind.CREDIT:
        raise WrongState("a credit takes back what was charged, as it was charged: reject it, or approve it")
    units = changes.get("units", line.units or 1)
    changed = replace(
        line,
        code=changes.get("code", line.code),
        units=units,
        modifiers=tuple(changes.get("modifiers", line.modifiers)),
        service_date=changes.get("service_date", line.service_date),
        content=_changed_content(line, changes),
    )
    origin = Origin.CODER if changed.code != line.code else line.origin
    store.candidates.rewrite(line, replace(changed.unapproved(), origin=origin))
    detail = {"reason": reason, "before": _money_of(line), "changes": dict(changes)}
    store.candidates.decide(line, Verdict.CHANGE, reviewer.user.name, detail)
    return store.candidates.get(line.id, line.facility)


def reject(store: Store, reviewer: Reviewer, reason: str, text: str = "") -> Candidate:
    """Decide that a line is no charge, for a reason of the list; one in other words is "other"."""
    if reason not in REASONS:
        reason, text = OTHER, text or reason
    line = open_line(store, reviewer)
    asking.close_of(store, line, reviewer.user.name)
    rejected = {"status": CandidateStatus.REJECTED.value, "asked": 0, "held_until": 0.0}
    store.candidates.change(line, **rejected, claimed_by="", claimed_until=0.0)
    store.candidates.decide(line, Verdict.REJECT, reviewer.user.name, {"reason": reason, "text": text})
    return store.candidates.get(line.id, line.facility)


def approve(
    store: Store,
    reviewer: Reviewer,
    destination: str,
    edits_seen: Collection[str] = (),
    *,
    hold: float = 0.0,
    second: SecondReview = _NO_SECOND,
    duplicates_seen: Collection[str] | None = None,
    confirmed: Collection[str] = (),
) -> Candidate:
    """Make a charge of a line, and commit to post it, no sooner than in `hold` seconds.

    IncompleteCharge when billing would need what is not documented; WrongState while a question is open, or
    when the same service of the procedure is already charged; EditsUnseen when an edit bites that the
    reviewer was not shown, as one may that came since; so does a line by which the same service may be
    charged already, where the reviewer says which he saw. Where the rule wants a second person, the first
    approval makes no charge yet.
    """
    hold_day(store, reviewer)
    hold_procedure(store, reviewer)
    line = open_line(store, reviewer)
    if line.asked:
        raise WrongState("a clinician was asked: wait for the answer, or withdraw the question")
    _refuse_unchargeable(store, line)
    day = day_of(store, line)
    detail = {**_edits_seen(store, day, edits_seen), **_duplicates_seen(store, day, duplicates_seen)}
    if confirmed:
        detail["confirmed"] = sorted(confirmed)
    if _needs_another(store, line, reviewer.user, second):
        return _first_approved(store, line, reviewer.user, detail)
    return _charged(store, line, reviewer.user, (destination, hold), detail)


def _edits_seen(store: Store, day: Day, seen: Collection[str]) -> dict[str, Any]:
    edits = day.edits(store)
    unseen = [edit for edit in edits if edit_id(edit) not in seen]
    if unseen:
        raise EditsUnseen(tuple(edit.why for edit in unseen))
    return {"edits_seen": sorted(map(edit_id, edits))} if edits else {}


def _duplicates_seen(store: Store, day: Day, seen: Collection[str] | None) -> dict[str, Any]:
    if seen is None:
        return {}
    duplicates = sorted(other.id for other in day.duplicates(store))
    if not set(duplicates) <= set(seen):
        raise DuplicateUnseen(day.line.code)
    return {"duplicates_seen": duplicates} if duplicates else {}


def _needs_another(store: Store, line: Candidate, user: User, second: SecondReview) -> bool:
    """Whether this approval is the first of two."""
    if line.status is CandidateStatus.SECOND_REVIEW:
        if line.content.get(FIRST_BY) == user.name:
            raise WrongState("you approved it first: another person must confirm it")
        return False
    return wants_second(store, line, second)


def wants_second(store: Store, line: Candidate, second: SecondReview) -> bool:
    """Whether the rule wants two people for this line in its place, however often it is drawn up again."""
    lot = store.lot("second review", line.procedure_id, line.slot)
    return line.kind is ChargeKind.CHARGE and second.wants(line.code, lot)


def _first_approved(store: Store, line: Candidate, user: User, detail: dict[str, Any]) -> Candidate:
    _new_charge(line, user)  # what cannot be charged is no work for a second person
    content = {**line.content, FIRST_BY: user.name}
    status = CandidateStatus.SECOND_REVIEW.value
    store.candidates.change(line, status=status, content=content, claimed_by="", claimed_until=0.0)
    store.candidates.decide(line, Verdict.FIRST_APPROVAL, user.name, {"approved": _money_of(line), **detail})
    return store.candidates.get(line.id, line.facility)


def _charged(
    store: Store, line: Candidate, user: User, way: tuple[str, float], detail: dict[str, Any]
) -> Candidate:
    """Make the charge, and commit to post it to a destination after a hold."""
    destination, hold = way
    credits_, cancelled = _taken_back(store, line, user)
    charges = [*credits_, *_new_charge(line, user, replaces=credits_[0].reverses if credits_ else "")]
    for charge in charges:
        waits_for = "" if charge.reverses else store.charges.open_credit(line.procedure_id, line.slot)
        store.charges.add(charge, line.id)
        store.postings.add(charge, destination, delay=hold, waits_for=waits_for)
    approved = {"status": CandidateStatus.APPROVED.value, "undo_until": store.now + hold if hold else 0.0}
    store.candidates.change(line, **approved, held_until=0.0, claimed_by="", claimed_until=0.0)
    told = {"approved": _money_of(line), "charges": [charge.key for charge in charges], **detail}
    if cancelled:
        told["cancelled"] = cancelled
    store.candidates.decide(line, Verdict.APPROVE, user.name, told)
    return store.candidates.get(line.id, line.facility)


def _is_for_training(store: Store, line: Candidate) -> bool:
    """Whether a message of MSH-11 T or D is among those of its procedure, as older versions had it."""
    events = (event for _, event in store.events.of_procedures([line.procedure_id]))
    return any(event.format is Format.HL7V2 and event.processing_id != PRODUCTION for event in events)


def _refuse_unchargeable(store: Store, line: Candidate) -> None:
    if not line.code:
        raise WrongState("a question is open: there is no code to approve. Change it to one, or reject it")
    if "processing_id" in line.content or _is_for_training(store, line):
        raise WrongState("it comes from a test or training message (MSH-11, HTEST): such are never charged")
    if line.kind is ChargeKind.CREDIT:
        return
    for candidate_id, charge in store.charges.standing(line.procedure_id):
        same = charge.service == (line.code, line.modifiers, line.service_date)
        if same and candidate_id != line.corrects:
            raise WrongState(
                f"{line.code} of this procedure is already charged ({charge.key}): reject this line"
            )


def settle(store: Store, user: User, posting_id: str, state: PostingState, reason: str) -> None:
    """A lead says what became of an unknown or refused posting, or sends it again."""
    posting = store.postings.get(posting_id, user.facility)
    allowed: set[PostingState] = set()
    if posting.state in (PostingState.UNKNOWN, PostingState.REFUSED):
        allowed |= {PostingState.POSTED, PostingState.PENDING}  # it is there, or was entered there by hand
        if posting.state is PostingState.UNKNOWN or posting.may_be_held:
            allowed.add(PostingState.REFUSED)
    if state not in allowed:
        raise WrongState(f"a posting that is {posting.state} cannot be settled as {state}")
    store.postings.settle(posting, state, reason, by=user.name)


def _changed_content(line: Candidate, changes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **line.content,
        "context": {**line.content["context"], **changes.get("context", {})},
        "diagnoses": list(changes.get("diagnoses", line.content["diagnoses"])),
    }


def _money_of(line: Candidate) -> dict[str, Any]:
    return {
        "code": line.code,
        "units": line.units,
        "modifiers": list(line.modifiers),
        "date": line.service_date,
    }


def _new_charge(line: Candidate, user: User, *, replaces: str = "") -> list[Charge]:
    if line.kind is ChargeKind.CREDIT:
        return []
    try:
        return [
            Charge(
                key=new_charge_key(),
                facility=line.facility,
                code=ProcedureCode(line.code),
                units=line.units,
                service_date=line.service_date,
                context=BillingContext(**line.content["context"]),
                modifiers=tuple(map(Modifier, line.modifiers)),
                diagnoses=tuple(map(DiagnosisCode, line.content["diagnoses"])),
                approved_by=user.name,
                replaces=replaces,
            )
        ]
    except ValueError:  # its text quotes what stands there, which may be anything
        raise UnusableCharge from None


def _taken_back(store: Store, line: Candidate, user: User) -> tuple[list[Charge], dict[str, str]]:
    """The credit for the charge that a correction replaces; or, when billing certainly never had it, none.

    Then its postings are cancelled, and given with the states that they were in.
    """
    if not line.corrects:
        return [], {}
    original = store.charges.standing_of(line.corrects)
    cancelled = store.postings.cancel(original.key, by=user.name)
    if cancelled is not None:
        return [], {posting_id: state.value for posting_id, state in cancelled.items()}
    if not all(each.state is PostingState.POSTED for each in store.postings.of_charge(original.key)):
        raise WrongState("billing may or may not hold the earlier charge: settle that first")
    credit = replace(
        original,
        key=new_charge_key(),
        kind=ChargeKind.CREDIT,
        reverses=original.key,
        replaces="",
        approved_by=user.name,
    )
    return [credit], {}
