"""What an identity provider calls the session in which somebody signed in, so that it can end it."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_session", sa.Column("provider_key", sa.String(32), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("user_session", "provider_key")
