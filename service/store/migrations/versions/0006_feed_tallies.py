"""What each feed brought, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COUNTED = (
    "received",
    "duplicates",
    "refused",
    "waiting",
    "charted",
    "no_charge",
    "quarantined",
    "discarded",
)
_QUARANTINED = sa.text("state = 'quarantined'")
_OF_AN_HOUR = sa.text("hour > 0")


def upgrade() -> None:
    op.add_column("event", sa.Column("taken_by", sa.String(length=64), nullable=False, server_default=""))
    op.create_index(
        "ix_event_quarantined_feed",
        "event",
        ["taken_by", "sequence"],
        sqlite_where=_QUARANTINED,
        postgresql_where=_QUARANTINED,
    )
    op.create_table(
        "feed_tally",
        sa.Column("facility", sa.String(length=64), nullable=False),
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTED),
        sa.Column("last_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("facility", "feed", "hour", name=op.f("pk_feed_tally")),
    )
    op.create_index(
        "ix_feed_tally_hour",
        "feed_tally",
        ["hour"],
        sqlite_where=_OF_AN_HOUR,
        postgresql_where=_OF_AN_HOUR,
    )
    op.execute(_SO_FAR)


def downgrade() -> None:
    op.drop_index("ix_feed_tally_hour", table_name="feed_tally")
    op.drop_table("feed_tally")
    op.drop_index("ix_event_quarantined_feed", table_name="event")
    op.drop_column("event", "taken_by")


#: What came before is counted without its feed. What was refused of it is not known.
_SO_FAR = """
INSERT INTO feed_tally (facility, feed, hour, received, duplicates, refused, waiting, charted, no_charge,
                        quarantined, discarded, last_at)
SELECT facility, '', 0, count(*) + sum(duplicates), sum(duplicates), 0,
       sum(CASE WHEN state = 'received' THEN 1 ELSE 0 END),
       sum(CASE WHEN state = 'charted' THEN 1 ELSE 0 END),
       sum(CASE WHEN state = 'no_charge' THEN 1 ELSE 0 END),
       sum(CASE WHEN state = 'quarantined' THEN 1 ELSE 0 END),
       0, max(received_at)
FROM event GROUP BY facility
"""
