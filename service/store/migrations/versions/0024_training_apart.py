"""What was sent for training (MSH-11) is charted apart: what was charted together before is charted anew."""

from alembic import op

revision = "0024"
down_revision = "0017"
branch_labels = None
depends_on = None

_TRAINING = "SELECT id FROM event WHERE processing_id <> 'P'"
#: Procedures that a training message was counted to.
_MIXED = f"SELECT procedure_id FROM procedure_event WHERE event_id IN ({_TRAINING})"  # noqa: S608  no input
_READ_AGAIN = f"""
state IN ('charted', 'no_charge') AND (processing_id <> 'P' OR id IN (
    SELECT event_id FROM procedure_event WHERE procedure_id IN ({_MIXED})))
"""  # noqa: S608


def upgrade() -> None:
    op.execute(f"""
        UPDATE candidate SET status = 'superseded', version = version + 1
        WHERE status IN ('proposed', 'waiting', 'second_review') AND procedure_id IN ({_MIXED})
    """)  # noqa: S608
    for state in ("charted", "no_charge"):
        counted = f"""
            SELECT count(*) FROM event WHERE event.facility = feed_tally.facility
            AND event.taken_by = feed_tally.feed AND event.state = '{state}' AND {_READ_AGAIN}
        """  # noqa: S608
        op.execute(f"""
            UPDATE feed_tally SET waiting = waiting + ({counted}), {state} = {state} - ({counted})
            WHERE hour = 0
        """)  # noqa: S608
    op.execute(f"""
        UPDATE event SET state = 'received', attempts = 0, next_attempt_at = 0, lease_until = 0
        WHERE {_READ_AGAIN}
    """)  # noqa: S608
    op.execute(f"DELETE FROM procedure_event WHERE event_id IN ({_TRAINING})")  # noqa: S608


def downgrade() -> None:
    """Nothing: read again by older code, such messages are charted together once more."""
