"""Reviewing: a person at work on one line, as it was at the version that was read."""

from dataclasses import dataclass

from service.domain.errors import StaleVersion, WrongState
from service.domain.review import Candidate
from service.store import Store
from service.store.users import User

CLAIM_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A user at work on one line, as it was at the version read."""

    user: User
    candidate_id: str
    version: int


def read_line(store: Store, reviewer: Reviewer) -> Candidate:
    """The line, locked, if it is still as it was read."""
    line = store.candidates.get(reviewer.candidate_id, reviewer.user.facility, lock=True)
    if line.version != reviewer.version:
        raise StaleVersion(f"the candidate is at version {line.version}, you read {reviewer.version}")
    return line


def hold_day(store: Store, reviewer: Reviewer) -> None:
    """Lock the patient's day of a line, before its procedure: none of the others is approved meanwhile."""
    store.candidates.hold_days([reviewer.candidate_id], reviewer.user.facility)


def hold_procedure(store: Store, reviewer: Reviewer) -> None:
    """Lock the procedure of a line, before the line: its other lines charge nothing meanwhile."""
    wanted = [reviewer.candidate_id]
    for procedure_id in store.candidates.procedures_of(wanted, reviewer.user.facility).values():
        store.procedures.hold(procedure_id)


def open_line(store: Store, reviewer: Reviewer, *, take_over: bool = False) -> Candidate:
    """The same, where it still waits for a person, and nobody else works on it."""
    line = read_line(store, reviewer)
    if not line.live:
        raise WrongState(f"the candidate is {line.status}: nothing more can be done with it")
    is_others = line.claimed_by not in ("", reviewer.user.name) and line.claimed_until > store.now
    if is_others and not take_over:
        raise WrongState(f"{line.claimed_by} is working on it")
    return line
