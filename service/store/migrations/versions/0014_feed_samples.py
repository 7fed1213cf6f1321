"""Which rules of HL7 the messages of a feed break, by samples."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_sample",
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("checked", sa.BigInteger(), nullable=False),
        sa.Column("faulty", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_feed_sample")),
    )
    op.create_table(
        "feed_finding",
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.Double(), nullable=False),
        sa.Column("last_at", sa.Double(), nullable=False),
        sa.Column("last_control_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "rule", name=op.f("pk_feed_finding")),
    )


def downgrade() -> None:
    op.drop_table("feed_finding")
    op.drop_table("feed_sample")
