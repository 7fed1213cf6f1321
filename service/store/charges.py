"""Charges: what was approved. Never changed, never deleted.

A mistake is taken back by a credit; one that never left is marked as undone.
"""

from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import Select, and_, exists, insert, not_, select, update

from service.domain.charge import Charge, ChargeKind, PostingState
from service.domain.codes import DiagnosisCode, Modifier, ProcedureCode
from service.domain.documentation import BillingContext
from service.domain.errors import NotFound
from service.domain.ids import new_id
from service.store.tables import candidate, charge, posting
from service.store.transaction import AuditEntry, Transaction
from service.store.walls import within


class Charges:
    """Writing and reading charges."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._keyring = transaction.keyring

    def add(self, approved: Charge, candidate_id: str) -> None:
        """Store a charge with its approval."""
        identifier = new_id()
        content = {
            "context": asdict(approved.context),
            "diagnoses": [diagnosis.value for diagnosis in approved.diagnoses],
            "replaces": approved.replaces,
        }
        row = {
            "id": identifier,
            "facility": approved.facility,
            "key": approved.key,
            "candidate_id": candidate_id,
            "kind": approved.kind.value,
            "reverses": approved.reverses,
            "code": approved.code.value,
            "units": approved.units,
            "modifiers": ",".join(modifier.value for modifier in approved.modifiers),
            "service_date": approved.service_date,
            "approved_by": approved.approved_by,
            "approved_at": self._transaction.now,
            "undone_at": 0.0,
            "sealed_content": self._keyring.seal(
                orjson.dumps(content), _place(approved.key, approved.facility)
            ),
        }
        self._connection.execute(insert(charge), row)
        entry = AuditEntry(
            approved.facility, "review", approved.approved_by, "charge", "charge", approved.key
        )
        self._transaction.audit(entry)

    def get(self, key: str, facility: str) -> Charge:
        """One charge within a facility ("*" = any)."""
        found = self._read(select(charge).where(charge.c.key == key, within(charge, facility)))
        if not found:
            raise NotFound("there is no such charge")
        return found[0]

    def of_candidate(self, candidate_id: str) -> list[Charge]:
        """The charge that approving a candidate made (and, for a correction, its credit)."""
        return self._read(
            select(charge).where(charge.c.candidate_id == candidate_id).order_by(charge.c.sequence)
        )

    def standing_of(self, candidate_id: str) -> Charge:
        """The charge that a candidate stands for: its last one, whose approval was not undone."""
        standing = and_(charge.c.kind == ChargeKind.CHARGE.value, charge.c.undone_at == 0.0)
        of_it = select(charge).where(charge.c.candidate_id == candidate_id, standing)
        return self._read(of_it.order_by(charge.c.sequence.desc()).limit(1))[0]

    def open_credit(self, procedure_id: str, slot: str) -> str:
        """The key of a credit of this place that billing has not, or not for certain; "" = there is none."""
        settled = (PostingState.POSTED.value, PostingState.CANCELLED.value)
        query = (
            select(charge.c.key)
            .join(candidate, candidate.c.id == charge.c.candidate_id)
            .join(posting, posting.c.charge_key == charge.c.key)
            .where(candidate.c.procedure_id == procedure_id, candidate.c.slot == slot)
            .where(charge.c.kind == ChargeKind.CREDIT.value, posting.c.state.not_in(settled))
        )
        return self._connection.scalar(query.order_by(charge.c.sequence.desc()).limit(1)) or ""

    def undo(self, key: str, facility: str, *, by: str) -> None:
        """The approval of a charge was taken back before billing had it: it never was one."""
        undone = update(charge).where(charge.c.key == key).values(undone_at=self._transaction.now)
        self._connection.execute(undone)
        self._transaction.audit(AuditEntry(facility, "review", by, "charge.undo", "charge", key))

    def standing(self, procedure_id: str) -> list[tuple[str, Charge]]:
        """(candidate id, charge) of what is charged for a procedure, and neither taken back nor cancelled."""
        credit = charge.alias("credit")
        credited = exists().where(credit.c.reverses == charge.c.key, credit.c.undone_at == 0.0)
        cancelled = exists().where(posting.c.charge_key == charge.c.key, posting.c.state == "cancelled")
        query = (
            select(charge)
            .join(candidate, candidate.c.id == charge.c.candidate_id)
            .where(candidate.c.procedure_id == procedure_id, charge.c.kind == ChargeKind.CHARGE.value)
            .where(not_(credited), not_(cancelled))
        )
        return [(row.candidate_id, self._charge(row)) for row in self._connection.execute(query)]

    def page(self, facility: str, *, limit: int, after: int = 0) -> list[tuple[int, Charge]]:
        """A page of (sequence, charge) in order of approval."""
        query = select(charge).where(charge.c.sequence > after, within(charge, facility))
        query = query.order_by(charge.c.sequence).limit(limit)
        return [(row.sequence, self._charge(row)) for row in self._connection.execute(query)]

    def _read(self, query: Select[Any]) -> list[Charge]:
        return [self._charge(row) for row in self._connection.execute(query)]

    def _charge(self, row: Any) -> Charge:
        content = orjson.loads(self._keyring.open(row.sealed_content, _place(row.key, row.facility)))
        return Charge(
            key=row.key,
            facility=row.facility,
            code=ProcedureCode(row.code),
            units=row.units,
            service_date=row.service_date,
            context=BillingContext(**content["context"]),
            modifiers=tuple(Modifier(value) for value in filter(None, row.modifiers.split(","))),
            diagnoses=tuple(DiagnosisCode(value) for value in content["diagnoses"]),
            approved_by=row.approved_by,
            kind=ChargeKind(row.kind),
            reverses=row.reverses,
            replaces=content.get("replaces", ""),  # of charges before 2026-11-26 it is not known
        )


def _place(key: str, facility: str) -> str:
    return f"charge/{key}/{facility}"
