"""CMS's files, as a site loads them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_release()
    _create_records()


def _create_release() -> None:
    op.create_table(
        "edit_release",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("setting", sa.String(length=12), nullable=False),
        sa.Column("holds_from", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("loaded_by", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit_release")),
    )
    op.create_index(
        "uq_edit_release_active",
        "edit_release",
        ["kind", "setting", "holds_from"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )


def _create_records() -> None:
    op.create_table(
        "ptp_edit",
        _release(),
        _code("column_1"),
        _code("column_2"),
        _number("line"),
        _number("effective"),
        _number("deleted"),
        sa.Column("modifier_indicator", sa.String(length=1), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", "column_1", "column_2", "line", name=op.f("pk_ptp_edit")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mue_edit",
        _release(),
        _code("code"),
        _number("line"),
        _number("most_units"),
        sa.Column("adjudication", sa.String(length=1), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", "code", "line", name=op.f("pk_mue_edit")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "add_on_edit",
        _release(),
        _code("add_on"),
        _code("primary_code"),
        _number("line"),
        sa.Column("kind", sa.String(length=1), nullable=False),
        _number("effective"),
        _number("deleted"),
        sa.PrimaryKeyConstraint("release_id", "add_on", "primary_code", "line", name=op.f("pk_add_on_edit")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fee_indicator",
        _release(),
        _code("code"),
        sa.Column("pctc", sa.String(length=2), nullable=False),
        sa.Column("bilateral", sa.String(length=2), nullable=False),
        sa.PrimaryKeyConstraint("release_id", "code", name=op.f("pk_fee_indicator")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("fee_indicator", "add_on_edit", "mue_edit", "ptp_edit", "edit_release"):
        op.drop_table(table)


def _release() -> sa.Column[int]:
    return sa.Column("release_id", sa.Integer(), autoincrement=False, nullable=False)


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=5), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)
