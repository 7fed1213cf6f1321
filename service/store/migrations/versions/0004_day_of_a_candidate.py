"""By what the lines of one patient and day are found."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # "" = made before this was kept: such a line is checked alone.
    op.add_column("candidate", sa.Column("day_key", sa.String(length=32), nullable=False, server_default=""))
    op.create_index("ix_candidate_day", "candidate", ["facility", "day_key"])


def downgrade() -> None:
    op.drop_index("ix_candidate_day", "candidate")
    op.drop_column("candidate", "day_key")
