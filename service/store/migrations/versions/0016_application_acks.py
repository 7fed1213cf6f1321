"""Later acknowledgements of enhanced mode, as an outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_OWED = sa.text("state = 'owed'")


def upgrade() -> None:
    op.create_table(
        "application_ack",
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("facility", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("wanted", sa.String(length=2), nullable=False),
        sa.Column("control_id", sa.String(length=20), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.Double(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_application_ack")),
    )
    op.create_index(
        "ix_application_ack_owed",
        "application_ack",
        ["next_attempt_at"],
        sqlite_where=_OWED,
        postgresql_where=_OWED,
    )


def downgrade() -> None:
    op.drop_index("ix_application_ack_owed", "application_ack")
    op.drop_table("application_ack")
