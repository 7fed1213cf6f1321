"""What people said of messages in quarantine."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_discard",
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("discarded_at", sa.Double(), nullable=False),
        sa.Column("discarded_by", sa.String(length=64), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "discarded_at", name=op.f("pk_event_discard")),
    )


def downgrade() -> None:
    op.drop_table("event_discard")
