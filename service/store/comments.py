"""Comments: what people say of a line. Append-only, and sealed."""

from typing import Any

from sqlalchemy import insert, select

from service.domain.ids import new_id
from service.domain.review import Candidate
from service.store.review_tables import comment
from service.store.transaction import AuditEntry, Transaction


class Comments:
    """Saying, and reading what was said."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._keyring = transaction.keyring

    def add(self, line: Candidate, text: str, *, by: str) -> dict[str, Any]:
        """Say something of a line."""
        identifier = new_id()
        row = {
            "id": identifier,
            "facility": line.facility,
            "candidate_id": line.id,
            "said_by": by,
            "said_at": self._transaction.now,
            "sealed_text": self._keyring.seal(text.encode(), _place(identifier, line.facility)),
        }
        self._connection.execute(insert(comment), row)
        self._transaction.audit(AuditEntry(line.facility, "review", by, "comment", "candidate", line.id))
        return {"by": by, "at": self._transaction.now, "text": text}

    def of_line(self, line: Candidate) -> list[dict[str, Any]]:
        """What was said of a line, oldest first."""
        query = select(comment).where(comment.c.candidate_id == line.id).order_by(comment.c.sequence)
        return [
            {
                "by": row.said_by,
                "at": row.said_at,
                "text": self._keyring.open(row.sealed_text, _place(row.id, row.facility)).decode(),
            }
            for row in self._connection.execute(query)
        ]


def _place(identifier: str, facility: str) -> str:
    return f"comment/{identifier}/{facility}"
