"""Decisions and charges are found by facility and time."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_decision_at", "decision", ["facility", "decided_at"])
    op.create_index("ix_charge_approved", "charge", ["facility", "approved_at"])


def downgrade() -> None:
    op.drop_index("ix_charge_approved", table_name="charge")
    op.drop_index("ix_decision_at", table_name="decision")
