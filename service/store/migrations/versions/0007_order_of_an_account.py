"""Charges of one account keep their order, those of one visit may leave together, and answers find theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ON_THE_WAY = sa.text("state IN ('pending', 'sending')")
_AWAITING = sa.text("state = 'awaiting'")


def upgrade() -> None:
    # "" = made before this was kept: such a posting waits for no other, and leaves alone.
    op.add_column(
        "posting", sa.Column("account_key", sa.String(length=32), nullable=False, server_default="")
    )
    op.add_column("posting", sa.Column("visit_key", sa.String(length=32), nullable=False, server_default=""))
    op.add_column("posting", sa.Column("billed_at", sa.Double(), nullable=False, server_default="0"))
    op.create_index("ix_posting_control", "posting", ["control_id"])
    op.create_index(
        "ix_posting_account",
        "posting",
        ["destination", "account_key", "sequence"],
        sqlite_where=_ON_THE_WAY,
        postgresql_where=_ON_THE_WAY,
    )
    op.create_index(
        "ix_posting_awaiting", "posting", ["lease_until"], sqlite_where=_AWAITING, postgresql_where=_AWAITING
    )


def downgrade() -> None:
    for name in ("ix_posting_awaiting", "ix_posting_account", "ix_posting_control"):
        op.drop_index(name, "posting")
    for name in ("billed_at", "visit_key", "account_key"):
        op.drop_column("posting", name)
