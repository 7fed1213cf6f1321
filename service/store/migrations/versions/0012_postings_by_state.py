"""Postings are counted by their state, for the metrics."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_posting_state", "posting", ["destination", "state"])


def downgrade() -> None:
    op.drop_index("ix_posting_state", table_name="posting")
