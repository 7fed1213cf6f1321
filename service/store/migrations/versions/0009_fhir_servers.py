"""What is fetched from FHIR servers, and how far that has come."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ehr_search",
        sa.Column("ehr", sa.String(length=40), nullable=False),
        sa.Column("resource_type", sa.String(length=64), nullable=False),
        sa.Column("since", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.Double(), nullable=False),
        sa.Column("succeeded_at", sa.Double(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("ehr", "resource_type", name=op.f("pk_ehr_search")),
    )
    op.create_table(
        "ehr_subscription",
        sa.Column("ehr", sa.String(length=40), nullable=False),
        sa.Column("subscription", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.String(length=40), nullable=False),
        sa.Column("heard_at", sa.Double(), nullable=False),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ehr", name=op.f("pk_ehr_subscription")),
    )
    _create_fetches()


def _create_fetches() -> None:
    op.create_table(
        "ehr_fetch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ehr", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("target_key", sa.String(length=32), nullable=False),
        sa.Column("sealed_target", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.Double(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ehr_fetch")),
    )
    op.create_index("ix_ehr_fetch_due", "ehr_fetch", ["state", "next_attempt_at"])
    op.create_index(
        "uq_ehr_fetch_pending",
        "ehr_fetch",
        ["ehr", "kind", "target_key"],
        unique=True,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    for table in ("ehr_fetch", "ehr_subscription", "ehr_search"):
        op.drop_table(table)
