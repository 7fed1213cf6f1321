"""Rows of the review queue: a line as it is stored, and the fingerprints that lines are found by."""

import zlib
from collections.abc import Mapping
from typing import Any

import orjson

from service.domain.charge import CandidateStatus, ChargeKind, Origin
from service.domain.ids import new_id
from service.domain.review import Candidate, Line
from service.store.keyring import Keyring

#: Fields of the billing context that decide where a charge lands: another value is another charge.
_BILLED = ("patient_id", "patient_id_authority", "account_number", "visit_number", "performer_id")
_PAYER = "encounter.payer"
_LONGEST_PAYER = 32
#: Content says most things twice, as an element and as evidence: a fifth is left, and is quicker to store.
_FASTEST = 1


class CandidateRows:
    """Lines to rows, rows to lines."""

    def __init__(self, keyring: Keyring, now: float) -> None:
        self._keyring = keyring
        self._now = now

    def new(self, facility: str, procedure_id: str, line: Line) -> dict[str, Any]:
        """The row of a line that comes into the queue."""
        identifier = new_id()
        derived = self.derived(line, line.content)
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
            "basis": self._basis(line, derived["money"]),
            "corrects": line.corrects,
            **derived,
            "sealed_content": self.sealed(line.content, identifier, facility),
            "claimed_by": "",
            "claimed_until": 0.0,
            "assigned_to": "",
            "held_until": 0.0,
            "asked": 0,
            "undo_until": 0.0,
            "version": 1,
            "created_at": self._now,
            "updated_at": self._now,
        }

    def derived(self, line: Line | Candidate, content: dict[str, Any]) -> dict[str, Any]:
        """The columns that follow from what is sealed."""
        context = content["context"]
        return {
            "money": self.money(line, content),
            "day_key": self.day_key(line.service_date, content),
            "order_key": self.order_key(content),
            "payer": _payer(content),
            "provider_key": self.provider_key(context),
            "questions": len(content["questions"]),
        }

    def sealed(self, content: dict[str, Any], identifier: str, facility: str) -> bytes:
        """The content of a line, for its place."""
        return self._keyring.seal(
            zlib.compress(orjson.dumps(content), _FASTEST), _place(identifier, facility)
        )

    def basis(self, line: Line) -> str:
        """Fingerprint of what the line rests on, wherever that stands: a repeat changes nothing."""
        return self._basis(line, self.money(line, line.content))

    def _basis(self, line: Line, money: str) -> str:
        content = line.content
        said = sorted({f"{element['name']}={element['value']}" for element in content["elements"]})
        asked = [(question["element"], question["between"]) for question in content["questions"]]
        rest = orjson.dumps([said, asked, content["context"]]).decode()
        return self._keyring.fingerprint(line.slot, line.status, money, rest)

    def money(self, line: Line | Candidate, content: dict[str, Any]) -> str:
        """Fingerprint of what billing would be told."""
        context = content["context"]
        told = [line.service_date, *(context.get(name, "") for name in _BILLED), *content["diagnoses"]]
        return self._keyring.fingerprint(
            line.kind, line.code, str(line.units), ",".join(line.modifiers), *told
        )

    def day_key(self, service_date: str, content: Mapping[str, Any]) -> str:
        """Fingerprint of a patient's day: lines that billing sees together have the same; "" = none."""
        context = content["context"]
        patient = context.get("patient_id", "")
        if not service_date or not patient or "processing_id" in content:  # MSH-11: for training
            return ""
        return self._keyring.fingerprint(
            "day", context.get("patient_id_authority", ""), patient, service_date
        )

    def order_key(self, content: Mapping[str, Any]) -> str:
        """Fingerprint of the order's number, whoever the patient; "" = none."""
        order = content["context"].get("order_number", "")
        return self._keyring.fingerprint("order", order) if order and "processing_id" not in content else ""

    def provider_key(self, context: Mapping[str, str]) -> str:
        """Fingerprint of who performed it; "" = not documented."""
        performer = context.get("performer_id", "")
        return self._keyring.fingerprint("performer", performer) if performer else ""

    def candidate(self, row: Any) -> Candidate:
        """The line of a row."""
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
            payer=row.payer,
            provider_key=row.provider_key,
            assigned_to=row.assigned_to,
            held_until=row.held_until,
            asked=row.asked,
            undo_until=row.undo_until,
            content=_content(content),
        )


def _content(stored: bytes) -> dict[str, Any]:
    """Content out of what was sealed. The rows of older versions hold it as it is."""
    content: dict[str, Any] = orjson.loads(stored if stored.startswith(b"{") else zlib.decompress(stored))
    return content


def _payer(content: dict[str, Any]) -> str:
    """The one documented kind of payer, a value of the vocabulary: no name, no number of anybody."""
    said = {str(each["value"]) for each in content["elements"] if each["name"] == _PAYER}
    return said.pop()[:_LONGEST_PAYER] if len(said) == 1 else ""


def _place(identifier: str, facility: str) -> str:
    return f"candidate/{identifier}/{facility}"
