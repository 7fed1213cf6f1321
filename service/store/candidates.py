"""Candidates: the lines of the review queue, and the decisions made on them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Select, and_, func, insert, select, update

from service.domain.charge import CandidateStatus, ChargeKind, Origin, Verdict
from service.domain.errors import NotFound, StaleVersion
from service.domain.ids import new_id
from service.domain.review import Candidate, Line
from service.store.prepared import Prepared
from service.store.tables import candidate, decision
from service.store.transaction import AuditEntry, Transaction

_LIVE = (CandidateStatus.PROPOSED.value, CandidateStatus.WAITING.value)
#: Fields of the billing context that decide where a charge lands: another value is another charge.
_BILLED = ("patient_id", "patient_id_authority", "account_number", "visit_number", "performer_id")


class Candidates:
    """Reading and changing the queue. Every read and change is within a facility."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._now = transaction.now
        self._keyring = transaction.keyring

    def add(self, facility: str, lines: Sequence[tuple[str, Line]], *, mappings_digest: str = "") -> None:
        """Put new lines of (procedure id, line) into the queue, with the mappings that made them."""
        made = {"mappings_digest": mappings_digest}
        rows = [self._row(facility, procedure_id, line) | made for procedure_id, line in lines]
        if rows:
            _INSERT.run(self._connection, rows)

    def _row(self, facility: str, procedure_id: str, line: Line) -> dict[str, Any]:
        identifier = new_id()
        content = orjson.dumps(line.content)
        money = self.money(line)
        return {
            "id": identifier,
            "facility": facility,
            "procedure_id": procedure_id,
            "slot": line.slot,
            "kind": line.kind.value,
            "status": line.status.value,
            "origin": line.origin.value,
            "table_name": line.table,
            "table_hash": line.table_hash,
            "row_number": line.row,
            "code": line.code,
            "units": line.units,
            "modifiers": ",".join(line.modifiers),
            "service_date": line.service_date,
            "basis": self._basis(line, money),
            "money": money,
            "corrects": line.corrects,
            "day_key": self.day_key(line.service_date, line.content["context"]),
            "sealed_content": self._keyring.seal(content, _place(identifier, facility)),
            "claimed_by": "",
            "claimed_until": 0.0,
            "version": 1,
            "created_at": self._now,
            "updated_at": self._now,
        }

    def basis(self, line: Line) -> str:
        """Fingerprint of what the line rests on, wherever that stands: a repeat changes nothing."""
        return self._basis(line, self.money(line))

    def _basis(self, line: Line, money: str) -> str:
        content = line.content
        said = sorted({f"{element['name']}={element['value']}" for element in content["elements"]})
        asked = [(question["element"], question["between"]) for question in content["questions"]]
        rest = orjson.dumps([said, asked, content["context"]]).decode()
        return self._keyring.fingerprint(line.slot, line.status, money, rest)

    def money(self, line: Line | Candidate) -> str:
        """Fingerprint of what billing would be told."""
        context = line.content["context"]
        told = [line.service_date, *(context.get(name, "") for name in _BILLED), *line.content["diagnoses"]]
        return self._keyring.fingerprint(
            line.kind, line.code, str(line.units), ",".join(line.modifiers), *told
        )

    def day_key(self, service_date: str, context: Mapping[str, str]) -> str:
        """Fingerprint of a patient's day: lines that billing sees together have the same; "" = unknown."""
        patient = context.get("patient_id", "")
        if not service_date or not patient:
            return ""
        return self._keyring.fingerprint(
            "day", context.get("patient_id_authority", ""), patient, service_date
        )

    def of_day(self, line: Candidate) -> list[Candidate]:
        """Lines with a code, proposed or approved, of the same patient and service date; oldest first."""
        key = self.day_key(line.service_date, line.content["context"])
        if not key:
            return [line] if line.code else []
        standing = (CandidateStatus.PROPOSED.value, CandidateStatus.APPROVED.value)
        same_day = select(candidate).where(
            candidate.c.facility == line.facility,
            candidate.c.day_key == key,
            candidate.c.status.in_(standing),
            candidate.c.code != "",
        )
        return self._read(same_day.order_by(candidate.c.sequence))

    def of_procedures(self, procedure_ids: Iterable[str]) -> list[Candidate]:
        """All lines of these procedures, oldest first, locked; superseded ones are left out.

        Unlocked, a line could be approved between this look and its being superseded.
        """
        query = (
            select(candidate)
            .where(candidate.c.procedure_id.in_(list(procedure_ids)))
            .where(candidate.c.status != CandidateStatus.SUPERSEDED.value)
            .order_by(candidate.c.sequence)
            .with_for_update()
        )
        return self._read(query)

    def supersede(self, facility: str, identifiers: Sequence[str]) -> None:
        """Later documentation took the place of these lines."""
        if not identifiers:
            return
        gone = update(candidate).where(candidate.c.id.in_(identifiers), candidate.c.status.in_(_LIVE))
        values = {"status": CandidateStatus.SUPERSEDED.value, "updated_at": self._now}
        self._connection.execute(gone.values(**values, version=candidate.c.version + 1))
        for identifier in identifiers:
            self._audit(facility, "charting", "service", "supersede", identifier)

    def page(self, facility: str, *, statuses: Sequence[str], limit: int, after: int = 0) -> list[Candidate]:
        """A page of the queue in order of arrival, after a sequence number."""
        query = select(candidate).where(candidate.c.status.in_(statuses)).where(candidate.c.sequence > after)
        if facility != "*":
            query = query.where(candidate.c.facility == facility)
        return self._read(query.order_by(candidate.c.sequence).limit(limit))

    def counts(self, facility: str) -> dict[str, int]:
        """How many lines stand in each status."""
        query = select(candidate.c.status, func.count()).group_by(candidate.c.status)
        if facility != "*":
            query = query.where(candidate.c.facility == facility)
        return dict(self._connection.execute(query).all())

    def get(self, identifier: str, facility: str, *, lock: bool = False) -> Candidate:
        """One line within a facility ("*" = any)."""
        query = select(candidate).where(candidate.c.id == identifier)
        if facility != "*":
            query = query.where(candidate.c.facility == facility)
        found = self._read(query.with_for_update() if lock else query)
        if not found:
            raise NotFound("there is no such candidate")
        return found[0]

    def change(self, line: Candidate, **values: Any) -> int:
        """Change a line that is still at the version read; gives its new version."""
        content = values.pop("content", None)
        if content is not None:
            sealed = self._keyring.seal(orjson.dumps(content), _place(line.id, line.facility))
            values["sealed_content"] = sealed
        same = and_(candidate.c.id == line.id, candidate.c.version == line.version)
        changed = update(candidate).where(same)
        changed = changed.values(**values, version=line.version + 1, updated_at=self._now)
        if not self._connection.execute(changed).rowcount:
            raise StaleVersion
        return line.version + 1

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
        return [self._candidate(row) for row in self._connection.execute(query)]

    def _candidate(self, row: Any) -> Candidate:
        content = self._keyring.open(row.sealed_content, _place(row.id, row.facility))
        return Candidate(
            id=row.id,
            sequence=row.sequence,
            facility=row.facility,
            procedure_id=row.procedure_id,
            slot=row.slot,
            kind=ChargeKind(row.kind),
            status=CandidateStatus(row.status),
            origin=Origin(row.origin),
            table=row.table_name,
            table_hash=row.table_hash,
            mappings_digest=row.mappings_digest,
            row=row.row_number,
            code=row.code,
            units=row.units,
            modifiers=tuple(filter(None, row.modifiers.split(","))),
            service_date=row.service_date,
            corrects=row.corrects,
            basis=row.basis,
            money=row.money,
            claimed_by=row.claimed_by,
            claimed_until=row.claimed_until,
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
            content=orjson.loads(content),
        )


_INSERT = Prepared(
    insert(candidate).inline(), [column.name for column in candidate.c if column is not candidate.c.sequence]
)


def _place(identifier: str, facility: str) -> str:
    return f"candidate/{identifier}/{facility}"
