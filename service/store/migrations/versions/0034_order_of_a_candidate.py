"""The order of a line: by it a charge is found whose patient has another number by now."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("candidate", sa.Column("order_key", sa.String(32), nullable=False, server_default=""))
    approved = sa.text("status = 'approved'")
    op.create_index(
        "ix_candidate_order",
        "candidate",
        ["facility", "order_key"],
        sqlite_where=approved,
        postgresql_where=approved,
    )


def downgrade() -> None:
    op.drop_index("ix_candidate_order", "candidate")
    op.drop_column("candidate", "order_key")
