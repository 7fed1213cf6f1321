"""Which mappings were published, and which of them made a line."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("sequence", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_by", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.Double(), nullable=False),
        sa.Column("tables", sa.Integer(), nullable=False),
        sa.Column("feeds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_publication")),
    )
    # "" = made before this was kept.
    digest = sa.Column("mappings_digest", sa.String(length=64), nullable=False, server_default="")
    op.add_column("candidate", digest)


def downgrade() -> None:
    op.drop_column("candidate", "mappings_digest")
    op.drop_table("publication")
