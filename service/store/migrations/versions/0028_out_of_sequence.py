"""What is told of sequence numbers (MSH-13) is named after them: orders are what clinicians place."""

from alembic import op

revision = "0028"
down_revision = "0025"
branch_labels = None
depends_on = None

_RENAMED = (("event", "ordering", "sequencing"), ("feed_tally", "out_of_order", "out_of_sequence"))


def upgrade() -> None:
    for table, before, after in _RENAMED:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {before} TO {after}")


def downgrade() -> None:
    for table, before, after in _RENAMED:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {after} TO {before}")
