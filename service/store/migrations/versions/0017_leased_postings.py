"""Postings that somebody may have to be told about by now, found without a look at those that merely wait."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_AWAITING = sa.text("state = 'awaiting'")
_LEASED = sa.text("state IN ('sending', 'awaiting')")


def upgrade() -> None:
    op.drop_index("ix_posting_awaiting", "posting")
    op.create_index(
        "ix_posting_leased", "posting", ["lease_until"], sqlite_where=_LEASED, postgresql_where=_LEASED
    )


def downgrade() -> None:
    op.drop_index("ix_posting_leased", "posting")
    op.create_index(
        "ix_posting_awaiting", "posting", ["lease_until"], sqlite_where=_AWAITING, postgresql_where=_AWAITING
    )
