"""Handling: who works on a line, and when; nothing that is decided. Within its caller's transaction."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from service.domain.charge import CandidateStatus, Verdict
from service.domain.errors import Fault, NotAllowed, UnreadableInput, WrongState
from service.domain.local_days import LocalDays
from service.domain.review import FIRST_BY, Candidate
from service.domain.worklist import NOBODY, Filter
from service.pipeline import worklist
from service.pipeline.reviewing import CLAIM_SECONDS, Reviewer, open_line
from service.store import Store
from service.store.transaction import AuditEntry
from service.store.users import User

#: A hold without a date: until it is taken off.
ENDLESS = datetime(9999, 12, 31, tzinfo=UTC).timestamp()
_HOLD_REASON = "hold_reason"
_DECIDERS = {"coder", "lead"}
_LEAD = "lead"
_GLANCE = 20  # lines looked at before the next page of them


def claim(store: Store, reviewer: Reviewer, take_over: str = "") -> Candidate:
    """Lease a line for ten minutes; claiming again renews it. A lead may take it over, saying why."""
    if take_over and _LEAD not in reviewer.user.roles:
        raise NotAllowed("only a lead takes a claim over")
    line = open_line(store, reviewer, take_over=bool(take_over))
    if take_over:
        detail = {"reason": take_over, "from": line.claimed_by}
        store.candidates.decide(line, Verdict.TAKE_OVER, reviewer.user.name, detail)
    return _claimed(store, line, reviewer.user)


def release(store: Store, reviewer: Reviewer) -> Candidate:
    """Give a claimed line back."""
    line = open_line(store, reviewer)
    store.candidates.change(line, claimed_by="", claimed_until=0.0)
    return _noted(store, line, reviewer.user, "release")


def renew(store: Store, user: User, identifier: str) -> float:
    """Keep a claim for ten more minutes; the line stays at its version. Gives its new end."""
    line = store.candidates.get(identifier, user.facility, lock=True)
    if line.claimed_by != user.name or not line.live:
        raise WrongState("the claim is not yours any more: read the line again")
    until = store.now + CLAIM_SECONDS
    store.candidates.renew(line, until)
    return until


def next_line(store: Store, user: User, wanted: Filter) -> Candidate | None:
    """Claim the oldest line that nobody works on: of those assigned to the user, then of all others."""
    free = replace(wanted, claimed_by=NOBODY, is_held=False, is_asked=False)
    for assigned_to in [wanted.assigned_to] if wanted.assigned_to else [user.name, NOBODY]:
        for line in _free(store, user, replace(free, assigned_to=assigned_to)):
            if line.status is not CandidateStatus.SECOND_REVIEW or line.content.get(FIRST_BY) != user.name:
                return _claimed(store, line, user)
    return None


def _free(store: Store, user: User, wanted: Filter) -> Iterator[Candidate]:
    """Lines in order, each locked by nobody else: what another takes at this moment is passed over."""
    after = None
    while True:
        page = worklist.page(store, user.facility, wanted, limit=_GLANCE, after=after)
        for line in page.lines:
            if store.candidates.lock_if_free(line):
                yield line
        after = page.after
        if after is None:
            return


def hold(store: Store, reviewer: Reviewer, reason: str, until: date | None, days: LocalDays) -> Candidate:
    """Put a line aside until a day of its facility, or until it is taken up again."""
    line = open_line(store, reviewer)
    moment = days.midnight(until, line.facility) if until else ENDLESS
    if moment <= store.now:
        raise UnreadableInput(Fault("/until", "102", "a line is held until a day to come"))
    content = {**line.content, _HOLD_REASON: reason}
    store.candidates.change(line, held_until=moment, content=content, claimed_by="", claimed_until=0.0)
    detail = {"reason": reason, "until": until.isoformat() if until else ""}
    store.candidates.decide(line, Verdict.HOLD, reviewer.user.name, detail)
    return store.candidates.get(line.id, line.facility)


def unhold(store: Store, reviewer: Reviewer) -> Candidate:
    """Take a held line up again."""
    line = open_line(store, reviewer)
    content = {name: value for name, value in line.content.items() if name != _HOLD_REASON}
    store.candidates.change(line, held_until=0.0, content=content)
    store.candidates.decide(line, Verdict.UNHOLD, reviewer.user.name, {})
    return store.candidates.get(line.id, line.facility)


def assign(store: Store, reviewer: Reviewer, to: str) -> Candidate:
    """Say whose work a line is. A lead may say so of anybody; a coder takes one, or gives an own one back."""
    line = open_line(store, reviewer)
    user = reviewer.user
    own = to == user.name or (to == "" and line.assigned_to in ("", user.name))
    if not own and _LEAD not in user.roles:
        raise NotAllowed("a coder assigns lines to nobody but herself: ask a lead")
    if to and not any(each.name == to and _may_decide(each, line) for each in store.users.all()):
        raise UnreadableInput(Fault("/to", "103", "nobody of that name decides on lines of this facility"))
    store.candidates.change(line, assigned_to=to)
    return _noted(store, line, user, "assign", detail=to)


def comment(store: Store, user: User, identifier: str, text: str) -> dict[str, str | float]:
    """Say something of a line, whatever became of it; nothing that was said is taken away."""
    line = store.candidates.get(identifier, user.facility)
    return store.comments.add(line, text, by=user.name)


def _may_decide(user: User, line: Candidate) -> bool:
    return user.reaches(line.facility) and bool(user.roles & _DECIDERS)


def _claimed(store: Store, line: Candidate, user: User) -> Candidate:
    store.candidates.change(line, claimed_by=user.name, claimed_until=store.now + CLAIM_SECONDS)
    return _noted(store, line, user, "claim")


def _noted(store: Store, line: Candidate, user: User, action: str, *, detail: str = "") -> Candidate:
    store.audit(AuditEntry(line.facility, "review", user.name, action, "candidate", line.id, detail=detail))
    return store.candidates.get(line.id, line.facility)
