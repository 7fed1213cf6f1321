"""Which rules may approve without a person."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "auto_approval",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("enabled_by", sa.String(length=64), nullable=False),
        sa.Column("enabled_at", sa.Double(), nullable=False),
        sa.Column("disabled_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_auto_approval")),
    )


def downgrade() -> None:
    op.drop_table("auto_approval")
