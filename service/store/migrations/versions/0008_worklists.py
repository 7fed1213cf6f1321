"""What worklists are drawn up by, and a second review as a status of its own."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_WAS_LIVE = "status IN ('proposed', 'waiting')"
_IS_LIVE = "status IN ('proposed', 'waiting', 'second_review')"
_BY = {
    "table": ("table_name", ""),
    "code": ("code", ""),
    "payer": ("payer", "payer <> ''"),
    "provider": ("provider_key", "provider_key <> ''"),
    "assigned": ("assigned_to", "assigned_to <> ''"),
    "claimed": ("claimed_by", "claimed_by <> ''"),
    "held": ("", "held_until > 0"),
    "question": ("", "questions > 0"),
    "date": ("service_date", ""),
}
_TEXTS = {"payer": 32, "provider_key": 32, "assigned_to": 64}
_NUMBERS: dict[str, sa.types.TypeEngine[Any]] = {
    "held_until": sa.Double(),
    "questions": sa.Integer(),
    "asked": sa.Integer(),
    "undo_until": sa.Double(),
}


def upgrade() -> None:
    for name, length in _TEXTS.items():
        op.add_column("candidate", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    for name, kind in _NUMBERS.items():
        op.add_column("candidate", sa.Column(name, kind, nullable=False, server_default="0"))
    # What they ask is sealed; that they ask something is what waiting means.
    op.execute("UPDATE candidate SET questions = 1 WHERE status = 'waiting'")
    for name, (by, limit) in _BY.items():
        where = f"{_IS_LIVE} AND {limit}" if limit else _IS_LIVE
        _index(f"ix_candidate_by_{name}", ["facility", "status", by, "sequence"], where)
    op.create_index("ix_candidate_created", "candidate", ["created_at"])
    op.drop_index("uq_candidate_live", "candidate")
    _index("uq_candidate_live", ["procedure_id", "slot"], _IS_LIVE, unique=True)


def downgrade() -> None:
    op.drop_index("uq_candidate_live", "candidate")
    op.execute("UPDATE candidate SET status = 'proposed' WHERE status = 'second_review'")
    _index("uq_candidate_live", ["procedure_id", "slot"], _WAS_LIVE, unique=True)
    op.drop_index("ix_candidate_created", "candidate")
    for name in _BY:
        op.drop_index(f"ix_candidate_by_{name}", "candidate")
    for name in (*_NUMBERS, *_TEXTS):
        op.drop_column("candidate", name)


def _index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(
        name,
        "candidate",
        [each for each in columns if each],
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
