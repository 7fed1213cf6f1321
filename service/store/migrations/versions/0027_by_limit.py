"""Open lines by filing limit: of one payer it ends in the order of service."""

from alembic import op
from sqlalchemy import text

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_IS_LIVE = "status IN ('proposed', 'waiting', 'second_review')"


def upgrade() -> None:
    op.create_index(
        "ix_candidate_by_limit",
        "candidate",
        ["facility", "payer", "status", "service_date", "sequence"],
        sqlite_where=text(_IS_LIVE),
        postgresql_where=text(_IS_LIVE),
    )


def downgrade() -> None:
    op.drop_index("ix_candidate_by_limit", "candidate")
