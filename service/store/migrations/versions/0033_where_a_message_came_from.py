"""Where a message came from: what is no message has no MSH-3 to tell its sender by."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("peer", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("event", "peer")
