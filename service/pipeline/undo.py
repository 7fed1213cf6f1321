"""Undo: a decision is taken back, and its line is open again. Works within its caller's transaction.

Whether an approval can still be undone is settled by the rows of its postings, under their locks: who sends
holds them first or finds them cancelled.
"""

from service.domain.charge import CandidateStatus, PostingState, Verdict
from service.domain.errors import WrongState
from service.domain.review import Candidate
from service.pipeline.reviewing import Reviewer, hold_procedure, read_line
from service.store import Store

_TOO_LATE = "it is on its way to billing, or there already: change what is documented, and it is corrected"
_CHARGED_SINCE = "what it took the place of has been charged again since: undo that first"
_VERDICTS = {
    CandidateStatus.APPROVED: Verdict.UNDO_APPROVAL,
    CandidateStatus.REJECTED: Verdict.UNDO_REJECTION,
    CandidateStatus.SECOND_REVIEW: Verdict.UNDO_FIRST,
}


def undo(store: Store, reviewer: Reviewer, reason: str = "") -> Candidate:
    """Take an approval back, as long as billing cannot hold it, or a rejection."""
    hold_procedure(store, reviewer)
    line = read_line(store, reviewer)
    verdict = _VERDICTS.get(line.status)
    if verdict is None:
        raise WrongState(f"the candidate is {line.status}: there is no decision to undo")
    _refuse_overtaken(store, line)
    if verdict is Verdict.UNDO_APPROVAL:
        _take_charges_back(store, line, reviewer.user.name)
    again = line.unapproved()
    store.candidates.change(line, status=again.status.value, undo_until=0.0, content=again.content)
    store.candidates.decide(line, verdict, reviewer.user.name, {"reason": reason} if reason else {})
    return store.candidates.get(line.id, line.facility)


def why_not(store: Store, line: Candidate) -> str:
    """Why the decision on a line cannot be undone now; "" when it can."""
    if line.status not in _VERDICTS:
        return "there is no decision to undo"
    try:
        _refuse_overtaken(store, line)
    except WrongState as error:
        return str(error)
    if line.status is not CandidateStatus.APPROVED:
        return ""
    return "" if all(map(store.postings.may_be_cancelled, _approval(store, line)["charges"])) else _TOO_LATE


def _refuse_overtaken(store: Store, line: Candidate) -> None:
    others = store.candidates.of_procedures([line.procedure_id], lock=False)
    if any(other.live and other.slot == line.slot for other in others if other.id != line.id):
        raise WrongState("later documentation brought a line in its place: decide that one")
    if any(other.corrects == line.id and other.status is CandidateStatus.APPROVED for other in others):
        raise WrongState("what corrects it is approved: undo that first")


def _take_charges_back(store: Store, line: Candidate, by: str) -> None:
    approval = _approval(store, line)
    for key in approval["charges"]:
        if store.postings.cancel(key, by=by) is None:
            raise WrongState(_TOO_LATE)
        store.charges.undo(key, line.facility, by=by)
    # What the approval itself had cancelled goes to billing after all, unless somebody has charged it since.
    standing = {charge.service for _, charge in store.charges.standing(line.procedure_id)}
    for posting_id, state in approval.get("cancelled", {}).items():
        posting = store.postings.get(posting_id, line.facility)
        if store.charges.get(posting.charge_key, line.facility).service in standing:
            raise WrongState(_CHARGED_SINCE)
        store.postings.settle(posting, PostingState(state), "taken back by mistake", by=by)


def _approval(store: Store, line: Candidate) -> dict[str, dict[str, str]]:
    """What the last approval of a line noted."""
    decisions = store.candidates.decisions(line)
    return [each for each in decisions if each["verdict"] == Verdict.APPROVE.value][-1]
