"""Undoing, asking, commenting, what users keep, and answers that are given once."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TAKES_BACK = sa.text("reverses <> '' AND undone_at = 0")
_TOOK_BACK = sa.text("reverses <> ''")
_IS_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.add_column("charge", sa.Column("undone_at", sa.Double(), nullable=False, server_default="0"))
    _charge_index(_TAKES_BACK)
    op.create_index("ix_candidate_updated", "candidate", ["facility", "updated_at"])
    op.create_index("ix_decision_by", "decision", ["decided_by", "decided_at"])
    _question()
    _comment()
    _keepsake()
    _given_answer()


def downgrade() -> None:
    for table in ("given_answer", "keepsake", "comment", "question"):
        op.drop_table(table)
    op.drop_index("ix_decision_by", "decision")
    op.drop_index("ix_candidate_updated", "candidate")
    _charge_index(_TOOK_BACK)
    op.drop_column("charge", "undone_at")


def _charge_index(where: sa.TextClause) -> None:
    op.drop_index("uq_charge_reverses", "charge")
    op.create_index(
        "uq_charge_reverses", "charge", ["reverses"], unique=True, sqlite_where=where, postgresql_where=where
    )


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _row(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        _text("id", 32),
        _text("facility", 64),
        sa.PrimaryKeyConstraint("sequence", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("id", name=op.f(f"uq_{table}_id")),
    ]


def _question() -> None:
    op.create_table(
        "question",
        *_row("question"),
        _text("procedure_id", 32),
        _text("candidate_id", 32),
        _text("slot", 96),
        _text("table_name", 64),
        _text("element", 64),
        _text("state", 16),
        _text("asked_by", 64),
        sa.Column("asked_at", sa.Double(), nullable=False),
        _text("recorded_by", 64),
        sa.Column("recorded_at", sa.Double(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_question_procedure_id", "question", ["procedure_id"])
    op.create_index("ix_question_list", "question", ["facility", "state", "sequence"])
    op.create_index(
        "uq_question_open",
        "question",
        ["procedure_id", "element"],
        unique=True,
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    )


def _comment() -> None:
    op.create_table(
        "comment",
        *_row("comment"),
        _text("candidate_id", 32),
        _text("said_by", 64),
        sa.Column("said_at", sa.Double(), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_comment_candidate_id", "comment", ["candidate_id"])


def _keepsake() -> None:
    op.create_table(
        "keepsake",
        _text("user_name", 64),
        _text("kind", 16),
        _text("name", 64),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("user_name", "kind", "name", name=op.f("pk_keepsake")),
    )


def _given_answer() -> None:
    op.create_table(
        "given_answer",
        _text("key", 32),
        _text("request", 32),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("key", name=op.f("uq_given_answer_key")),
    )
    op.create_index("ix_given_answer_at", "given_answer", ["at"])
