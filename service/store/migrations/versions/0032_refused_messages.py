"""The message (MSH-10) of a posting that billing refused last: the next is another one."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("posting", sa.Column("refused_id", sa.String(20), nullable=False, server_default=""))
    was = sa.text("refused_id != ''")
    op.create_index("ix_posting_refused", "posting", ["refused_id"], sqlite_where=was, postgresql_where=was)


def downgrade() -> None:
    op.drop_index("ix_posting_refused", table_name="posting")
    op.drop_column("posting", "refused_id")
