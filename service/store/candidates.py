"""Candidates: the lines of the review queue, and the decisions made on them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Select, and_, func, insert, select, update

from service.domain.charge import CandidateStatus, Verdict
from service.domain.errors import NotFound, StaleVersion
from service.domain.ids import new_id
from service.domain.review import Candidate, Line
from service.store.candidate_rows import CandidateRows
from service.store.prepared import PreparedRows
from service.store.tables import LIVE, candidate, decision
from service.store.transaction import AuditEntry, Transaction
from service.store.walls import within


class Candidates:
    """Reading and changing the queue. Every read and change is within a facility."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._now = transaction.now
        self._keyring = transaction.keyring
        self._rows = CandidateRows(transaction.keyring, transaction.now)

    def add(
        self, facility: str, lines: Sequence[tuple[str, Line]], *, mappings_digest: str = ""
    ) -> list[str]:
        """Put new lines of (procedure id, line) into the queue, with the mappings that made them.

        Gives their ids.
        """
        made = {"mappings_digest": mappings_digest}
        rows = [self._rows.new(facility, procedure_id, line) | made for procedure_id, line in lines]
        if rows:
            _NEW.run(self._connection, rows)
        return [row["id"] for row in rows]

    def basis(self, line: Line) -> str:
        """Fingerprint of what the line rests on, wherever that stands: a repeat changes nothing."""
        return self._rows.basis(line)

    def money(self, line: Line) -> str:
        """Fingerprint of what billing would be told."""
        return self._rows.money(line, line.content)

    def of_day(self, line: Candidate) -> list[Candidate]:
        """Lines with a code, proposed or approved, of the same patient and service date; oldest first."""
        if not self._rows.day_key(line.service_date, line.content):
            return [line] if line.code else []
        return self._read(self._on(line, [line.service_date]).where(candidate.c.code != ""))

    def of_order(self, line: Candidate) -> list[Candidate]:
        """Approved lines of the same order, code and service date, of another patient's day; oldest first."""
        order, day = self._rows.order_key(line.content), self._rows.day_key(line.service_date, line.content)
        if not order:
            return []
        query = select(candidate).where(
            candidate.c.facility == line.facility,
            candidate.c.order_key == order,
            candidate.c.status == CandidateStatus.APPROVED.value,
            candidate.c.code == line.code,
            candidate.c.service_date == line.service_date,
            candidate.c.day_key != day,
        )
        return self._read(query.order_by(candidate.c.sequence))

    def of_days(self, line: Candidate, days: Sequence[str], codes: Iterable[str]) -> list[Candidate]:
        """Lines of one of these codes, proposed or approved, of the same patient on one of these days."""
        return self._read(self._on(line, days).where(candidate.c.code.in_(sorted(codes))))

    def _on(self, line: Candidate, days: Sequence[str]) -> Select[Any]:
        keys = {self._rows.day_key(day, line.content) for day in days} - {""}
        return (
            select(candidate)
            .where(
                candidate.c.facility == line.facility,
                candidate.c.day_key.in_(sorted(keys)),
                candidate.c.status.in_(("proposed", "second_review", "approved")),
            )
            .order_by(candidate.c.sequence)
        )

    def of_procedures(self, procedure_ids: Iterable[str], *, lock: bool = True) -> list[Candidate]:
        """All lines of these procedures, oldest first, locked; superseded ones are left out.

        Unlocked, a line could be approved between this look and its being superseded.
        """
        wanted = list(procedure_ids)
        if not wanted:
            return []
        query = (
            select(candidate)
            .where(candidate.c.procedure_id.in_(wanted))
            .where(candidate.c.status != CandidateStatus.SUPERSEDED.value)
            .order_by(candidate.c.sequence)
        )
        return self._read(query.with_for_update() if lock else query)

    def supersede(self, facility: str, identifiers: Sequence[str]) -> None:
        """Later documentation took the place of these lines."""
        if not identifiers:
            return
        gone = update(candidate).where(candidate.c.id.in_(identifiers), candidate.c.status.in_(LIVE))
        values = {"status": CandidateStatus.SUPERSEDED.value, "updated_at": self._now}
        self._connection.execute(gone.values(**values, version=candidate.c.version + 1))
        for identifier in identifiers:
            self._audit(facility, "charting", "service", "supersede", identifier)

    def get(self, identifier: str, facility: str, *, lock: bool = False) -> Candidate:
        """One line within a facility ("*" = any)."""
        query = select(candidate).where(candidate.c.id == identifier, within(candidate, facility))
        found = self._read(query.with_for_update() if lock else query)
        if not found:
            raise NotFound("there is no such candidate")
        return found[0]

    def predecessor(self, line: Candidate) -> str:
        """The id of the line whose place this one took; "" = none's."""
        earlier = select(candidate.c.id).where(
            candidate.c.procedure_id == line.procedure_id,
            candidate.c.slot == line.slot,
            candidate.c.sequence < line.sequence,
            candidate.c.status == CandidateStatus.SUPERSEDED.value,
        )
        return self._connection.scalar(earlier.order_by(candidate.c.sequence.desc()).limit(1)) or ""

    def change(self, line: Candidate, **values: Any) -> int:
        """Change a line that is still at the version read; gives its new version."""
        content = values.pop("content", None)
        if content is not None:
            values["sealed_content"] = self._rows.sealed(content, line.id, line.facility)
        same = and_(candidate.c.id == line.id, candidate.c.version == line.version)
        changed = update(candidate).where(same)
        changed = changed.values(**values, version=line.version + 1, updated_at=self._now)
        if not self._connection.execute(changed).rowcount:
            raise StaleVersion
        return line.version + 1

    def lock_if_free(self, line: Candidate) -> bool:
        """Lock a line that is still as it was read; False when somebody else is changing it now."""
        same = and_(candidate.c.id == line.id, candidate.c.version == line.version)
        query = select(candidate.c.id).where(same).with_for_update(skip_locked=True)
        return self._connection.execute(query).first() is not None

    def procedures_of(self, identifiers: Sequence[str], facility: str) -> dict[str, str]:
        """The procedure of each of these lines that there is within a facility ("*" = any)."""
        query = select(candidate.c.id, candidate.c.procedure_id).where(candidate.c.id.in_(list(identifiers)))
        query = query.where(within(candidate, facility))
        return {row.id: row.procedure_id for row in self._connection.execute(query)}

    def hold_days(self, identifiers: Sequence[str], facility: str) -> None:
        """Let nobody else approve lines of the same patients and days, or orders, until the transaction ends.

        On SQLite whoever writes is alone anyway. A day may have no row to lock: hence advisory locks, and
        in one order, so that two who hold many days never wait for each other crosswise.
        """
        if self._connection.dialect.name != "postgresql":
            return
        query = select(candidate.c.day_key, candidate.c.order_key).where(
            candidate.c.id.in_(list(identifiers))
        )
        rows = self._connection.execute(query.where(within(candidate, facility))).all()
        for lock in sorted({_lock_of(key) for row in rows for key in row if key}):
            self._connection.execute(select(func.pg_advisory_xact_lock(lock)))

    def renew(self, line: Candidate, until: float) -> None:
        """Keep a claim: the one change that leaves a line at its version."""
        renewed = update(candidate).where(
            candidate.c.id == line.id, candidate.c.claimed_by == line.claimed_by
        )
        self._connection.execute(renewed.values(claimed_until=until))
        self._audit(line.facility, "review", line.claimed_by, "renew", line.id)

    def rewrite(self, line: Candidate, changed: Candidate) -> None:
        """Store what a person made of a line: what billing would be told, and what follows from it."""
        self.change(
            line,
            code=changed.code,
            units=changed.units,
            modifiers=",".join(changed.modifiers),
            service_date=changed.service_date,
            status=changed.status.value,
            origin=changed.origin.value,
            content=changed.content,
            **self._rows.derived(changed, changed.content),
        )

    def decide(self, line: Candidate, verdict: Verdict, by: str, detail: dict[str, Any]) -> None:
        """Append a decision, and its audit row."""
        identifier = new_id()
        sealed = self._keyring.seal(json.dumps(detail).encode(), f"decision/{identifier}/{line.facility}")
        row = {
            "id": identifier,
            "facility": line.facility,
            "candidate_id": line.id,
            "verdict": verdict.value,
            "decided_by": by,
            "decided_at": self._now,
            "sealed_detail": sealed,
        }
        self._connection.execute(insert(decision), row)
        self._audit(line.facility, "review", by, verdict.value, line.id)

    def decided(self, user: str, since: float) -> dict[str, int]:
        """How many decisions of each kind somebody made since a moment."""
        query = select(decision.c.verdict, func.count()).group_by(decision.c.verdict)
        own = query.where(decision.c.decided_by == user, decision.c.decided_at >= since)
        return dict(self._connection.execute(own).all())

    def decisions(self, line: Candidate) -> list[dict[str, Any]]:
        """What people decided about a line, oldest first."""
        query = select(decision).where(decision.c.candidate_id == line.id).order_by(decision.c.sequence)
        return [
            {
                "verdict": row.verdict,
                "by": row.decided_by,
                "at": row.decided_at,
                **orjson.loads(self._keyring.open(row.sealed_detail, f"decision/{row.id}/{row.facility}")),
            }
            for row in self._connection.execute(query)
        ]

    def _audit(self, facility: str, work: str, actor: str, action: str, identifier: str) -> None:
        self._transaction.audit(AuditEntry(facility, work, actor, action, "candidate", identifier))

    def _read(self, query: Select[Any]) -> list[Candidate]:
        return [self._rows.candidate(row) for row in self._connection.execute(query)]


_NEW = PreparedRows(candidate)


def _lock_of(day_key: str) -> int:
    """A number that PostgreSQL takes for a lock: 60 of the bits that the key has at random."""
    return int(day_key[:15], 16)
