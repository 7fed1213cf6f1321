"""Sequence numbers (MSH-13): how far each link has come; control ids used anew are counted by feed."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0022"
branch_labels = None
depends_on = None

_REUSED = """
SELECT count(*) FROM event WHERE event.facility = feed_tally.facility
AND event.taken_by = feed_tally.feed AND event.reused
"""


def upgrade() -> None:
    op.create_table(
        "link_sequence",
        sa.Column("facility", sa.String(64), nullable=False),
        sa.Column("link", sa.String(256), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("facility", "link", name=op.f("pk_link_sequence")),
    )
    op.add_column("event", sa.Column("sequencing", sa.String(8), nullable=False, server_default=""))
    for name in ("reused", "out_of_sequence"):
        op.add_column("feed_tally", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(f"UPDATE feed_tally SET reused = ({_REUSED}) WHERE hour = 0")  # noqa: S608  no input


def downgrade() -> None:
    for name in ("out_of_sequence", "reused"):
        op.drop_column("feed_tally", name)
    op.drop_column("event", "sequencing")
    op.drop_table("link_sequence")
