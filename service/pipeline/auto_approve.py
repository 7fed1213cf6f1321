"""Auto-approve: lines of rows that people have proved right are approved without one, but for a sample.

Off until a person enables a version of the rule. Each approval is an ordinary one, under a name of its own,
with all its refusals; what makes a line anything but plain leaves it to people.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import structlog

from service.domain.auto_approval import Acceptance, AutoApproval, settled
from service.domain.charge import Verdict
from service.domain.coverage import CoveragePolicy
from service.domain.errors import RequestError
from service.domain.review import Candidate
from service.domain.second_review import SecondReview
from service.pipeline import decide
from service.pipeline.coverage import coverage_of
from service.pipeline.day import day_of
from service.pipeline.reviewing import Reviewer
from service.store import Database, Store
from service.store.transaction import AuditEntry
from service.store.users import User

_log = structlog.get_logger()
_BATCH = 50
_FIRST = timezone(timedelta(hours=14))  # where on earth a day begins first
_EVERY_SECONDS = 60.0  # what people decided is counted anew each time


@dataclass
class AutoApprover:
    """Works through the open lines of a rule's rows, some at a time."""

    database: Database
    rule: AutoApproval
    policies: Sequence[CoveragePolicy]
    destination: str
    hold: float  # seconds in which an approval can be undone
    second: SecondReview  # lines that two people must see are none of the rule's
    _after: dict[tuple[str, int], int] = field(default_factory=dict)  # how far each row was looked through
    _next: float = 0.0

    def run(self) -> int:
        """Look at some lines of each row, now and then; gives how many were approved."""
        if time.monotonic() < self._next:
            return 0
        self._next = time.monotonic() + _EVERY_SECONDS
        with self.database.look() as store:
            if not store.auto_approvals.is_enabled(self.rule):
                return 0
        return sum(self._run_row(row) for row in self.rule.rows)

    def _run_row(self, row: tuple[str, int]) -> int:
        with self.database.look() as store:
            lines = store.auto_approvals.due(self.rule, row, after=self._after.get(row, 0), limit=_BATCH)
            groups = {(line.facility, line.table_hash) for line in lines}
            shown = {group: acceptance(store, self.rule, row, *group) for group in groups}
        self._after[row] = lines[-1].sequence if len(lines) == _BATCH else 0
        proven = [line for line in lines if shown[line.facility, line.table_hash].proves(self.rule)]
        return sum(self._approve(line, shown[line.facility, line.table_hash]) for line in proven)

    def _approve(self, line: Candidate, shown: Acceptance) -> bool:
        user = User(self.rule.approver, frozenset({"coder"}), line.facility)
        try:
            with self.database.transaction() as store:
                if not self._is_plain(store, line):
                    return False
                decide.approve(store, Reviewer(user, line.id, line.version), self.destination, hold=self.hold)
                store.audit(self._why(line, shown))
        except RequestError as error:  # somebody was first, or it is no plain line after all
            _log.info("left to people", candidate=line.id, reason=type(error).__name__)
            return False
        return True

    def _is_plain(self, store: Store, line: Candidate) -> bool:
        if is_sampled(store, self.rule, line.id) or decide.wants_second(store, line, self.second):
            return False
        if line.service_date > datetime.fromtimestamp(store.now, _FIRST).date().isoformat():  # it is to come
            return False
        if store.candidates.decisions(line):  # a person changed it, or took a decision on it back
            return False
        stated = {each["code"] for each in line.content["stated"] if each.get("code")}
        if stated - {line.code}:
            return False
        day = day_of(store, line)
        if day.edits(store) or day.duplicates(store) or coverage_of(store, line, self.policies):
            return False
        others = store.candidates.of_procedures([line.procedure_id], lock=False)
        return not any(other.live for other in others if other.id != line.id)

    def _why(self, line: Candidate, shown: Acceptance) -> AuditEntry:
        detail = f"{shown.accepted}/{shown.decided} {line.table} row {line.row} rule {self.rule.digest[:12]}"
        return AuditEntry(
            line.facility, "review", self.rule.approver, "auto-approve", "candidate", line.id, detail=detail
        )


def is_sampled(store: Store, rule: AutoApproval, candidate_id: str) -> bool:
    """Whether people see a line all the same, by lot."""
    return store.lot("sample", rule.digest, candidate_id) < rule.sample


def acceptance(
    store: Store, rule: AutoApproval, row: tuple[str, int], facility: str, table_hash: str
) -> Acceptance:
    """What people made of a row, as this version of its table has it, at one facility."""
    return _counted(
        settled(said) for _, said in store.auto_approvals.verdicts(rule, row, facility, table_hash)
    )


def _counted(verdicts: Iterable[Verdict | None]) -> Acceptance:
    found = Counter(verdicts)
    accepted = found[Verdict.APPROVE]
    return Acceptance(accepted + found[Verdict.CHANGE] + found[Verdict.REJECT], accepted)


@dataclass(frozen=True, slots=True)
class Simulated:
    """What the rule would have done with lines that people have decided."""

    facility: str
    row: tuple[str, int]
    table_hash: str
    shown: Acceptance
    proven: bool
    approved: int  # it would have approved so many of them
    against: int  # of which people changed or rejected so many


def simulate(store: Store, rule: AutoApproval) -> Iterator[Simulated]:
    """Hold the rule against history, row by row: the sample, and lines with questions, left out."""
    for row in rule.rows:
        for facility, table_hash in store.auto_approvals.groups(row):
            told = store.auto_approvals.verdicts(rule, row, facility, table_hash)
            verdicts = {identifier: settled(said) for identifier, said in told}
            shown = _counted(verdicts.values())
            taken = _counted(
                verdict
                for identifier, verdict in verdicts.items()
                if not is_sampled(store, rule, identifier) and _had_no_question(store, identifier, facility)
            )
            against = taken.decided - taken.accepted
            yield Simulated(facility, row, table_hash, shown, shown.proves(rule), taken.decided, against)


def _had_no_question(store: Store, identifier: str, facility: str) -> bool:
    return not store.candidates.get(identifier, facility).content["questions"]
