"""Auto-approvals: which rules are enabled, and what the rows they name have to show."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, insert, select, update

from service.domain.auto_approval import AutoApproval
from service.domain.charge import CandidateStatus, ChargeKind, Origin, Verdict
from service.domain.errors import WrongState
from service.domain.review import Candidate
from service.store.auto_approval_tables import auto_approval
from service.store.candidate_rows import CandidateRows
from service.store.tables import candidate, decision
from service.store.transaction import AuditEntry, Transaction
from service.store.users import ALL_FACILITIES
from service.store.walls import of_production

_HOUR, _DAY = 3600.0, 86_400.0


class AutoApprovals:
    """Enabling rules, and the lines that they are about."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._now = transaction.now
        self._rows = CandidateRows(transaction.keyring, transaction.now)

    def is_enabled(self, rule: AutoApproval) -> bool:
        """Whether somebody enabled just this version of the rule."""
        enabled = and_(auto_approval.c.digest == rule.digest, auto_approval.c.disabled_at == 0.0)
        return self._connection.execute(select(auto_approval.c.name).where(enabled)).first() is not None

    def enable(self, rule: AutoApproval, *, by: str) -> None:
        """From now on the rule approves. One that is changed must be enabled anew."""
        if self.is_enabled(rule):
            raise WrongState(f"{rule.name} is enabled already, as it stands")
        self._end(rule.name)
        again = update(auto_approval).where(auto_approval.c.digest == rule.digest)
        values = {"enabled_by": by, "enabled_at": self._now, "disabled_at": 0.0}
        if not self._connection.execute(again.values(**values)).rowcount:
            row = {"digest": rule.digest, "name": rule.name, **values}
            self._connection.execute(insert(auto_approval), row)
        self._audit(by, "auto-approval.enable", rule)

    def disable(self, rule: AutoApproval, *, by: str) -> None:
        """People decide again."""
        if not self._end(rule.name):
            raise WrongState(f"{rule.name} is not enabled")
        self._audit(by, "auto-approval.disable", rule)

    def _end(self, name: str) -> bool:
        living = and_(auto_approval.c.name == name, auto_approval.c.disabled_at == 0.0)
        ended = update(auto_approval).where(living).values(disabled_at=self._now)
        return bool(self._connection.execute(ended).rowcount)

    def due(self, rule: AutoApproval, row: tuple[str, int], *, after: int, limit: int) -> list[Candidate]:
        """Open lines of a row that have stood long enough and that nobody works on, in order of arrival."""
        query = (
            select(candidate)
            .where(_of_row(row), candidate.c.sequence > after)
            .where(candidate.c.status == CandidateStatus.PROPOSED.value)
            .where(candidate.c.origin == Origin.MAPPED.value, candidate.c.kind == ChargeKind.CHARGE.value)
            .where(candidate.c.updated_at <= self._now - rule.after_hours * _HOUR)
            .where(candidate.c.claimed_until <= self._now, candidate.c.held_until <= self._now)
            .where(candidate.c.corrects == "", candidate.c.questions == 0, candidate.c.asked == 0)
            .where(candidate.c.assigned_to == "")
        )
        return self._read(query.order_by(candidate.c.sequence).limit(limit))

    def verdicts(
        self, rule: AutoApproval, row: tuple[str, int], facility: str = "", table_hash: str = ""
    ) -> Iterator[tuple[str, list[tuple[Verdict, str]]]]:
        """(candidate id, its verdicts with who gave them) of a row, of the rule's last days."""
        query = (
            select(decision.c.candidate_id, decision.c.verdict, decision.c.decided_by)
            .join(candidate, candidate.c.id == decision.c.candidate_id)
            .where(_of_row(row), decision.c.decided_at > self._now - rule.days * _DAY, of_production())
            .where(candidate.c.facility == facility if facility else candidate.c.facility != "")
            .where(candidate.c.table_hash == table_hash if table_hash else candidate.c.facility != "")
            .order_by(decision.c.candidate_id, decision.c.sequence)
        )
        for identifier, some in groupby(self._connection.execute(query), key=lambda found: found[0]):
            yield identifier, [(Verdict(verdict), by) for _, verdict, by in some]

    def groups(self, row: tuple[str, int]) -> list[tuple[str, str]]:
        """The facilities, and the versions of the table, that have lines of a row."""
        query = select(candidate.c.facility, candidate.c.table_hash).where(_of_row(row)).distinct()
        found = self._connection.execute(query.order_by(candidate.c.facility, candidate.c.table_hash))
        return [(each.facility, each.table_hash) for each in found]

    def _read(self, query: Select[Any]) -> list[Candidate]:
        return [self._rows.candidate(row) for row in self._connection.execute(query)]

    def _audit(self, by: str, action: str, rule: AutoApproval) -> None:
        entry = AuditEntry(
            ALL_FACILITIES, "admin", by, action, "auto_approval", rule.name, detail=rule.digest
        )
        self._transaction.audit(entry)


def _of_row(row: tuple[str, int]) -> ColumnElement[bool]:
    return and_(candidate.c.table_name == row[0], candidate.c.row_number == row[1])
