"""The tables. Columns named `sealed_*` hold patient data, encrypted; the others hold none.

Times are seconds since the epoch, UTC. `sequence` is the order of arrival; `id` is what others see.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Sequence = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up INTEGER keys only


def _sequence() -> Column[int]:
    return Column("sequence", _Sequence, primary_key=True, autoincrement=True)


def _id() -> Column[str]:
    return Column("id", String(32), nullable=False, unique=True)


def _facility() -> Column[str]:
    return Column("facility", String(64), nullable=False)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


LIVE = ("proposed", "waiting", "second_review")
_LIVE = f"status IN {LIVE}"

#: Messages as they came. The row is the job of reading it.
event = Table(
    "event",
    metadata,
    _sequence(),
    _id(),
    _facility(),
    Column("format", String(8), nullable=False),
    Column("sender", Text, nullable=False),  # MSH-3|MSH-4 or the API client
    Column("message_type", String(64), nullable=False),
    Column("control_id", Text, nullable=False),  # MSH-10
    Column("control_key", String(32), nullable=False),  # fingerprint of facility, sender, control id
    Column("digest", String(64), nullable=False),  # SHA-256 of the body
    Column("repeat", Integer, nullable=False),  # a resource may return to earlier bytes; a message may not
    Column("reused", Boolean, nullable=False),  # the control id stood on other bytes before
    Column("sequencing", String(8), nullable=False, server_default=""),  # of its number (MSH-13); "" = next
    Column("duplicates", Integer, nullable=False),  # how often it came again
    Column("feed", String(64), nullable=False),  # it must be read by; "" = by the one that fits
    Column("taken_by", String(64), nullable=False, server_default=""),  # feed that fitted on arrival
    Column("charset", String(32), nullable=False),
    Column("processing_id", String(1), nullable=False),  # MSH-11.1
    Column("sealed_body", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("peer", String(64), nullable=False, server_default=""),  # HOST:PORT, or the API client
    Column("received_at", Double, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Double, nullable=False),
    Column("lease_until", Double, nullable=False),
    UniqueConstraint("control_key", "digest", "repeat"),
    Index("ix_event_due", "sequence", **_where("state = 'received'")),
    Index("ix_event_quarantined", "facility", "sequence", **_where("state = 'quarantined'")),
    Index("ix_event_quarantined_feed", "taken_by", "sequence", **_where("state = 'quarantined'")),
)

procedure = Table(
    "procedure",
    metadata,
    _id(),
    _facility(),
    Column("key", String(32), nullable=False),  # fingerprint of the procedure key
    UniqueConstraint("facility", "key"),
)

#: Which messages document which procedure.
procedure_event = Table(
    "procedure_event",
    metadata,
    Column("procedure_id", String(32), primary_key=True),
    Column("event_id", String(32), primary_key=True),
    Index("ix_procedure_event_event", "event_id"),
)

#: The lines of the review queue.
candidate = Table(
    "candidate",
    metadata,
    _sequence(),
    _id(),
    _facility(),
    Column("procedure_id", String(32), nullable=False),
    Column("slot", String(96), nullable=False),  # which line of the procedure: the table that speaks
    Column("kind", String(2), nullable=False),  # FT1-6
    Column("status", String(16), nullable=False),
    Column("origin", String(8), nullable=False),
    Column("table_name", String(64), nullable=False),
    Column("table_hash", String(64), nullable=False),
    Column("mappings_digest", String(64), nullable=False, server_default=""),  # of the whole folder
    Column("row_number", Integer, nullable=False),
    Column("code", String(5), nullable=False),  # "" while a question is open
    Column("units", Integer, nullable=False),
    Column("modifiers", String(32), nullable=False),  # comma-separated, in order
    Column("service_date", String(10), nullable=False),
    Column("basis", String(32), nullable=False),  # fingerprint of what the mapping said
    Column("money", String(32), nullable=False),  # fingerprint of what billing would be told
    Column("corrects", String(32), nullable=False),  # candidate whose charge this one replaces or takes back
    Column(
        "day_key", String(32), nullable=False, server_default=""
    ),  # fingerprint of patient and service date
    Column("order_key", String(32), nullable=False, server_default=""),  # fingerprint of the order's number
    Column("sealed_content", LargeBinary, nullable=False),
    Column("claimed_by", String(64), nullable=False),
    Column("claimed_until", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    # What worklists are drawn up by. "" and 0 stand as well where a line is older than the column.
    Column("payer", String(32), nullable=False, server_default=""),  # encounter.payer: a kind, no identity
    Column("provider_key", String(32), nullable=False, server_default=""),  # fingerprint of the performer
    Column("assigned_to", String(64), nullable=False, server_default=""),
    Column("held_until", Double, nullable=False, server_default="0"),
    Column("questions", Integer, nullable=False, server_default="0"),  # computed ones
    Column("asked", Integer, nullable=False, server_default="0"),  # those that wait for a clinician
    Column("undo_until", Double, nullable=False, server_default="0"),
    Index("ix_candidate_queue", "facility", "status", "sequence"),
    Index("ix_candidate_procedure", "procedure_id"),
    Index("ix_candidate_day", "facility", "day_key"),
    Index("ix_candidate_order", "facility", "order_key", **_where("status = 'approved'")),
    Index("ix_candidate_updated", "facility", "updated_at"),
    Index("uq_candidate_live", "procedure_id", "slot", unique=True, **_where(_LIVE)),
)

#: Append-only: which mappings hold since when. The last one does.
publication = Table(
    "publication",
    metadata,
    _sequence(),
    Column("digest", String(64), nullable=False),  # SHA-256 over the folder
    Column("published_by", String(64), nullable=False),
    Column("published_at", Double, nullable=False),
    Column("tables", Integer, nullable=False),
    Column("feeds", Integer, nullable=False),
)

#: Append-only: what people decided.
decision = Table(
    "decision",
    metadata,
    _sequence(),
    _id(),
    _facility(),
    Column("candidate_id", String(32), nullable=False, index=True),
    Column("verdict", String(16), nullable=False),
    Column("decided_by", String(64), nullable=False),
    Column("decided_at", Double, nullable=False),
    Column("sealed_detail", LargeBinary, nullable=False),
    Index("ix_decision_by", "decided_by", "decided_at"),
    Index("ix_decision_at", "facility", "decided_at"),
)

charge = Table(
    "charge",
    metadata,
    _sequence(),
    _id(),
    _facility(),
    Column("key", String(12), nullable=False, unique=True),  # FT1-2
    Column("candidate_id", String(32), nullable=False, index=True),
    Column("kind", String(2), nullable=False),  # FT1-6
    Column("reverses", String(12), nullable=False),  # key of the charge that a credit takes back
    Column("code", String(5), nullable=False),  # FT1-25
    Column("units", Integer, nullable=False),  # FT1-10
    Column("modifiers", String(32), nullable=False),  # FT1-26
    Column("service_date", String(10), nullable=False),  # FT1-4
    Column("approved_by", String(64), nullable=False),  # FT1-24
    Column("approved_at", Double, nullable=False),
    Column("undone_at", Double, nullable=False, server_default="0"),  # never left, and never will; 0 = stands
    Column("sealed_content", LargeBinary, nullable=False),
    Index("ix_charge_approved", "facility", "approved_at"),
    # A charge may be taken back once.
    Index("uq_charge_reverses", "reverses", unique=True, **_where("reverses <> '' AND undone_at = 0")),
)

#: The outbox: committed with the approval. The row is the job of posting it.
posting = Table(
    "posting",
    metadata,
    _sequence(),
    _id(),
    _facility(),
    Column("charge_key", String(12), nullable=False),
    Column("destination", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("control_id", String(20), nullable=False),  # MSH-10; charges of one message have the same
    Column("account_key", String(32), nullable=False, server_default=""),  # fingerprint; keeps its order
    Column("visit_key", String(32), nullable=False, server_default=""),  # fingerprint of PID, PV1, IN1
    Column("billed_at", Double, nullable=False, server_default="0"),  # billing itself told of the charge
    # Key of the credit that billing must have before: else it would hold this charge and the one before it.
    Column("waits_for", String(12), nullable=False, server_default=""),
    # An attempt ended without a lawful answer, and no person has said since what became of it.
    Column("may_be_held", Boolean, nullable=False),
    # MSH-10 of the message of it that billing refused last.
    Column("refused_id", String(20), nullable=False, server_default=""),
    Column("sealed_body", LargeBinary, nullable=True),  # fixed before the first byte is sent
    Column("sealed_answer", LargeBinary, nullable=True),
    Column("note", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Double, nullable=False),
    Column("lease_until", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    UniqueConstraint("charge_key", "destination"),
    Index("ix_posting_due", "sequence", **_where("state IN ('pending', 'sending')")),
    Index("ix_posting_leased", "lease_until", **_where("state IN ('sending', 'awaiting')")),
    Index(
        "ix_posting_account",
        "destination",
        "account_key",
        "sequence",
        **_where("state IN ('pending', 'sending')"),
    ),
    Index("ix_posting_control", "control_id"),
    Index("ix_posting_refused", "refused_id", **_where("refused_id != ''")),
    Index("ix_posting_state", "destination", "state"),
)

user = Table(
    "user_account",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("roles", String(128), nullable=False),
    Column("facility", String(64), nullable=False),  # "*" = all
    Column("created_at", Double, nullable=False),
    Column("revoked_at", Double, nullable=False),  # 0 = not revoked
    Column("sealed_password", LargeBinary),  # its Argon2 hash; NULL = none
    Column("subject_key", String(32), nullable=False, server_default=""),  # who the provider says it is
    Index("uq_user_account_subject", "subject_key", unique=True, **_where("subject_key <> ''")),
)

#: One hash chain for each facility and kind of work, so that chains do not wait for each other.
audit = Table(
    "audit",
    metadata,
    Column("chain", String(96), primary_key=True),
    Column("number", _Sequence, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("facility", String(64), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(32), nullable=False),
    Column("object_type", String(32), nullable=False),
    Column("object_id", String(64), nullable=False),
    Column("count", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    Column("link", String(64), nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("chain", String(96), primary_key=True),
    Column("number", _Sequence, nullable=False),
    Column("link", String(64), nullable=False),
)

#: Whether a worker has been woken for a queue and has not yet come.
bell = Table(
    "bell",
    metadata,
    Column("queue", String(16), primary_key=True),
    Column("pending", Boolean, nullable=False),
    Column("rung_at", Double, nullable=False),
)
