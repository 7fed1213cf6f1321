"""Questions to clinicians, and their answers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

import orjson
from sqlalchemy import Select, and_, insert, select, update

from service.domain.asking import Answer, Asked, AskedState
from service.domain.errors import NotFound, StaleVersion
from service.domain.ids import new_id
from service.domain.review import Candidate
from service.store.review_tables import question
from service.store.transaction import AuditEntry, Transaction
from service.store.walls import within


class Questions:
    """Asking, answering, finding."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._keyring = transaction.keyring
        self._now = transaction.now

    def add(self, line: Candidate, element: str, wording: str, note: str, *, by: str) -> Asked:
        """Ask a clinician for an element that a line lacks."""
        identifier = new_id()
        row = {
            "id": identifier,
            "facility": line.facility,
            "procedure_id": line.procedure_id,
            "candidate_id": line.id,
            "slot": line.slot,
            "table_name": line.table,
            "element": element,
            "state": AskedState.OPEN.value,
            "asked_by": by,
            "asked_at": self._now,
            "recorded_by": "",
            "recorded_at": 0.0,
            "version": 1,
            "sealed_content": self._sealed(
                identifier, line.facility, {"wording": wording, "note": note, "answer": None}
            ),
        }
        self._connection.execute(insert(question), row)
        self._audit(line.facility, by, "ask", identifier)
        return self.get(identifier, line.facility)

    def settle(
        self,
        asked: Asked,
        state: AskedState,
        *,
        by: str,
        action: str,
        answer: Answer | None = None,
        reason: str = "",
    ) -> Asked:
        """Say what became of a question that is still at the version read."""
        same = and_(question.c.id == asked.id, question.c.version == asked.version)
        content = {
            "wording": asked.wording,
            "note": asked.note,
            "answer": asdict(answer) if answer else None,
            "reason": reason,
        }
        values = {
            "state": state.value,
            "recorded_by": by,
            "recorded_at": self._now,
            "version": asked.version + 1,
            "sealed_content": self._sealed(asked.id, asked.facility, content),
        }
        if not self._connection.execute(update(question).where(same).values(**values)).rowcount:
            raise StaleVersion
        self._audit(asked.facility, by, action, asked.id)
        return self.get(asked.id, asked.facility)

    def get(self, identifier: str, facility: str, *, lock: bool = False) -> Asked:
        """One question within a facility ("*" = any)."""
        query = select(question).where(question.c.id == identifier, within(question, facility))
        found = self._read(query.with_for_update() if lock else query)
        if not found:
            raise NotFound("there is no such question")
        return found[0]

    def page(self, facility: str, state: AskedState, *, limit: int, after: int = 0) -> list[Asked]:
        """A page of questions in a state, oldest first."""
        query = select(question).where(question.c.state == state.value, question.c.sequence > after)
        query = query.where(within(question, facility)).order_by(question.c.sequence)
        return self._read(query.limit(limit))

    def of_procedure(self, procedure_id: str, *states: AskedState) -> list[Asked]:
        """What was asked about a procedure, oldest first."""
        return self.of_procedures([procedure_id], *states)[procedure_id]

    def of_procedures(self, procedure_ids: Iterable[str], *states: AskedState) -> dict[str, list[Asked]]:
        """What was asked about each of these procedures, oldest first; in these states, or in any."""
        found: dict[str, list[Asked]] = defaultdict(list)
        wanted = list(procedure_ids)
        if not wanted:  # most batches: their procedures are new
            return found
        query = select(question).where(question.c.procedure_id.in_(wanted))
        if states:
            query = query.where(question.c.state.in_([state.value for state in states]))
        for asked in self._read(query.order_by(question.c.sequence)):
            found[asked.procedure_id].append(asked)
        return found

    def move(self, asked: Asked, line: Candidate) -> Asked:
        """A line took the place of the one of which it was asked."""
        moved = update(question).where(question.c.id == asked.id).values(candidate_id=line.id)
        self._connection.execute(moved)
        return replace(asked, candidate_id=line.id)

    def _sealed(self, identifier: str, facility: str, content: dict[str, Any]) -> bytes:
        return self._keyring.seal(orjson.dumps(content), _place(identifier, facility))

    def _audit(self, facility: str, by: str, action: str, identifier: str) -> None:
        self._transaction.audit(AuditEntry(facility, "review", by, action, "question", identifier))

    def _read(self, query: Select[Any]) -> list[Asked]:
        return [self._asked(row) for row in self._connection.execute(query)]

    def _asked(self, row: Any) -> Asked:
        content = orjson.loads(self._keyring.open(row.sealed_content, _place(row.id, row.facility)))
        answer = content["answer"]
        return Asked(
            id=row.id,
            sequence=row.sequence,
            facility=row.facility,
            procedure_id=row.procedure_id,
            candidate_id=row.candidate_id,
            slot=row.slot,
            table=row.table_name,
            element=row.element,
            state=AskedState(row.state),
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
            version=row.version,
            wording=content["wording"],
            note=content["note"],
            answer=Answer(**{**answer, "values": tuple(answer["values"])}) if answer else None,
        )


def _place(identifier: str, facility: str) -> str:
    return f"question/{identifier}/{facility}"
