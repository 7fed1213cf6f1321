"""A charge in the place of another waits until billing has the credit of that one."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("posting", sa.Column("waits_for", sa.String(12), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("posting", "waits_for")
