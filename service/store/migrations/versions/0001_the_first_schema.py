"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("chain", sa.String(length=96), nullable=False),
        sa.Column("number", _SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("facility", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("object_type", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_audit")),
    )


def _audit_head() -> None:
    op.create_table(
        "audit_head",
        sa.Column("chain", sa.String(length=96), nullable=False),
        sa.Column("number", _SEQUENCE, nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_head")),
    )


def _bell() -> None:
    op.create_table(
        "bell",
        sa.Column("queue", sa.String(length=16), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("rung_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_bell")),
    )


def _candidate() -> None:
    op.create_table(
        "candidate",
        sa.Column("sequence", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("facility", sa.String(length=64), nullable=False),
        sa.Column("procedure_id", sa.String(length=32), nullable=False),
        sa.Column("slot", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.String(length=2), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("table_name", sa.String(length=64), nullable=False),
        sa.Column("table_hash", sa.String(length=64), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("modifiers", sa.String(length=32), nullable=False),
        sa.Column("service_date", sa.String(length=10), nullable=False),
        sa.Column("basis", sa.String(length=32), nullable=False),
        sa.Column("money", sa.String(length=32), nullable=False),
        sa.Column("corrects", sa.String(length=32), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.Column("claimed_by", sa.String(length=64), nullable=False),
        sa.Column("claimed_until", sa.Double(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_candidate")),
        sa.UniqueConstraint("id", name=op.f("uq_candidate_id")),
    )
    op.create_index("ix_candidate_procedure", "candidate", ["procedure_id"], unique=False)
    op.create_index("ix_candidate_queue", "candidate", ["facility", "status", "sequence"], unique=False)
    op.create_index(
        "uq_candidate_live",
        "candidate",
        ["procedure_id", "slot"],
        unique=True,
        sqlite_where=sa.text("status IN ('proposed', 'waiting')"),
        postgresql_where=sa.text("status IN ('proposed', 'waiting')"),
    )


def _charge() -> None:
    op.create_table(
        "charge",
        sa.Column("sequence", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("facility", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("candidate_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=2), nullable=False),
        sa.Column("reverses", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("modifiers", sa.String(length=32), nullable=False),
        sa.Column("service_date", sa.String(length=10), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=False),
        sa.Column("approved_at", sa.Double(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_charge")),
        sa.UniqueConstraint("id", name=op.f("uq_charge_id")),
        sa.UniqueConstraint("key", name=op.f("uq_charge_key")),
    )
    op.create_index("ix_charge_candidate_id", "charge", ["candidate_id"], unique=False)
    op.create_index(
        "uq_charge_reverses",
        "charge",
        ["reverses"],
        unique=True,
        sqlite_where=sa.text("reverses <> ''"),
        postgresql_where=sa.text("reverses <> ''"),
    )


def _decision() -> None:
    op.create_table(
        "decision",
        sa.Column("sequence", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("facility", sa.String(length=64), nullable=False),
        sa.Column("candidate_id", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.Double(), nullable=False),
        sa.Column("sealed_detail", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_decision")),
        sa.UniqueConstraint("id", name=op.f("uq_decision_id")),
    )
    op.create_index("ix_decision_candidate_id", "decision", ["candidate_id"], unique=False)


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("sequence", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("facility", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("message_type", sa.String(length=64), nullable=False),
        sa.Column("control_id", sa.Text(), nullable=False),
        sa.Column("control_key", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("reused", sa.Boolean(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("charset", sa.String(length=32), nullable=False),
        sa.Column("processing_id", sa.String(length=1), nullable=False),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.Double(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_event")),
        sa.UniqueConstraint(
            "control_key", "digest", "repeat", name=op.f("uq_event_control_key_digest_repeat")
        ),
        sa.UniqueConstraint("id", name=op.f("uq_event_id")),
    )
    op.create_index(
        "ix_event_due",
        "event",
        ["sequence"],
        unique=False,
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_index(
        "ix_event_quarantined",
        "event",
        ["facility", "sequence"],
        unique=False,
        sqlite_where=sa.text("state = 'quarantined'"),
        postgresql_where=sa.text("state = 'quarantined'"),
    )


def _posting() -> None:
    op.create_table(
        "posting",
        sa.Column("sequence", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("facility", sa.String(length=64), nullable=False),
        sa.Column("charge_key", sa.String(length=12), nullable=False),
        sa.Column("destination", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("control_id", sa.String(length=20), nullable=False),
        sa.Column("may_be_held", sa.Boolean(), nullable=False),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.Double(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_posting")),
        sa.UniqueConstraint("charge_key", "destination", name=op.f("uq_posting_charge_key_destination")),
        sa.UniqueConstraint("id", name=op.f("uq_posting_id")),
    )
    op.create_index(
        "ix_posting_due",
        "posting",
        ["sequence"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sending')"),
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )


def _procedure() -> None:
    op.create_table(
        "procedure",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("facility", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.UniqueConstraint("facility", "key", name=op.f("uq_procedure_facility_key")),
        sa.UniqueConstraint("id", name=op.f("uq_procedure_id")),
    )


def _procedure_event() -> None:
    op.create_table(
        "procedure_event",
        sa.Column("procedure_id", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("procedure_id", "event_id", name=op.f("pk_procedure_event")),
    )
    op.create_index("ix_procedure_event_event", "procedure_event", ["event_id"], unique=False)


def _user_account() -> None:
    op.create_table(
        "user_account",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.String(length=128), nullable=False),
        sa.Column("facility", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("revoked_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_user_account")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_account_token_hash")),
    )


_TABLES = (
    _audit,
    _audit_head,
    _bell,
    _candidate,
    _charge,
    _decision,
    _event,
    _posting,
    _procedure,
    _procedure_event,
    _user_account,
)


def upgrade() -> None:
    for create in _TABLES:
        create()


def downgrade() -> None:
    for create in reversed(_TABLES):
        op.drop_table(create.__name__.removeprefix("_"))
