"""Signing in: sessions, passwords, users that a provider vouches for, failed attempts and their sums."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0021"
branch_labels = None
depends_on = None

_HAS_SUBJECT = sa.text("subject_key <> ''")


def upgrade() -> None:
    op.add_column("user_account", sa.Column("sealed_password", sa.LargeBinary(), nullable=True))
    op.add_column(
        "user_account", sa.Column("subject_key", sa.String(length=32), nullable=False, server_default="")
    )
    op.create_index(
        "uq_user_account_subject",
        "user_account",
        ["subject_key"],
        unique=True,
        sqlite_where=_HAS_SUBJECT,
        postgresql_where=_HAS_SUBJECT,
    )
    _create_sessions()
    op.create_table(
        "failed_sign_in",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_failed_sign_in")),
    )
    op.create_index(op.f("ix_failed_sign_in_failed_at"), "failed_sign_in", ["failed_at"])
    op.create_table(
        "spent_sign_in",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_spent_sign_in")),
    )
    op.create_index(op.f("ix_spent_sign_in_at"), "spent_sign_in", ["at"])
    op.create_table(
        "sign_in_tally",
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("way", "outcome", name=op.f("pk_sign_in_tally")),
    )


def _create_sessions() -> None:
    op.create_table(
        "user_session",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("user_name", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("began_at", sa.Double(), nullable=False),
        sa.Column("active_at", sa.Double(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_user_session")),
    )
    op.create_index(op.f("ix_user_session_user_name"), "user_session", ["user_name"])
    op.create_index(op.f("ix_user_session_ends_at"), "user_session", ["ends_at"])


def downgrade() -> None:
    for table in ("sign_in_tally", "spent_sign_in", "failed_sign_in", "user_session"):
        op.drop_table(table)
    op.drop_index("uq_user_account_subject", "user_account")
    op.drop_column("user_account", "subject_key")
    op.drop_column("user_account", "sealed_password")
