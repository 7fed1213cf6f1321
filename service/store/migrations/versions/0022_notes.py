"""Full text over notes: which note a word occurs in, as keyed hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("facility", sa.String(64), nullable=False),
        sa.Column("procedure_id", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_texts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_note")),
        sa.UniqueConstraint("procedure_id", name=op.f("uq_note_procedure_id")),
    )
    op.create_table(
        "note_word",
        sa.Column("word", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("word", "note", name=op.f("pk_note_word")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("note_word")
    op.drop_table("note")
