"""Tables of the review queue beside its lines: questions, comments, what users keep, answers given once.

As in tables.py, columns named `sealed_*` may hold patient data, and the others hold none.
"""

from sqlalchemy import Column, Double, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from service.store.tables import metadata

_IS_OPEN = text("state = 'open'")

#: What coders ask clinicians, and the answers.
question = Table(
    "question",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("facility", String(64), nullable=False),
    Column("procedure_id", String(32), nullable=False, index=True),
    Column("candidate_id", String(32), nullable=False),  # of which it was asked
    Column("slot", String(96), nullable=False),
    Column("table_name", String(64), nullable=False),
    Column("element", String(64), nullable=False),  # a name of the vocabulary
    Column("state", String(16), nullable=False),
    Column("asked_by", String(64), nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("recorded_by", String(64), nullable=False),  # who wrote the answer down
    Column("recorded_at", Double, nullable=False),  # 0 = not yet
    Column("version", Integer, nullable=False),
    Column("sealed_content", LargeBinary, nullable=False),  # wording, note, answer, who answered
    Index("ix_question_list", "facility", "state", "sequence"),
    # One element is asked for once at a time.
    Index(
        "uq_question_open",
        "procedure_id",
        "element",
        unique=True,
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    ),
)

#: Append-only: what people say of a line.
comment = Table(
    "comment",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("facility", String(64), nullable=False),
    Column("candidate_id", String(32), nullable=False, index=True),
    Column("said_by", String(64), nullable=False),
    Column("said_at", Double, nullable=False),
    Column("sealed_text", LargeBinary, nullable=False),
)

#: What a user keeps: views, settings, drafts.
keepsake = Table(
    "keepsake",
    metadata,
    Column("user_name", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("sealed_content", LargeBinary, nullable=False),
)

#: What was answered to a request that named itself: it is not carried out twice.
given_answer = Table(
    "given_answer",
    metadata,
    Column("key", String(32), nullable=False),  # fingerprint of user and Idempotency-Key
    Column("request", String(32), nullable=False),  # fingerprint of all else of the request
    Column("status", Integer, nullable=False),
    Column("at", Double, nullable=False, index=True),
    Column("sealed_answer", LargeBinary, nullable=False),
    UniqueConstraint("key"),
)
