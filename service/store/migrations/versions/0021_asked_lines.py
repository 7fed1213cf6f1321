"""Lines whose clinician was asked, found without a look at all the others."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0024"
branch_labels = None
depends_on = None

_ASKED = sa.text("status IN ('proposed', 'waiting', 'second_review') AND asked > 0")


def upgrade() -> None:
    op.create_index(
        "ix_candidate_by_asked",
        "candidate",
        ["facility", "status", "sequence"],
        sqlite_where=_ASKED,
        postgresql_where=_ASKED,
    )


def downgrade() -> None:
    op.drop_index("ix_candidate_by_asked", "candidate")
