"""The tables of the FHIR servers that procedures are fetched from. A row that is due is a job."""

from sqlalchemy import Column, Double, Index, Integer, LargeBinary, String, Table, Text, text

from service.store.tables import metadata

#: A search that is repeated, and up to when its answers are stored.
ehr_search = Table(
    "ehr_search",
    metadata,
    Column("ehr", String(40), primary_key=True),
    Column("resource_type", String(64), primary_key=True),
    Column("since", String(40), nullable=False),  # instant of the server's clock
    Column("attempts", Integer, nullable=False),  # since it last succeeded
    Column("next_attempt_at", Double, nullable=False),  # while it is worked on: when its lease ends
    Column("succeeded_at", Double, nullable=False),  # 0 = never
    Column("note", Text, nullable=False),  # what went wrong; no patient data
)

#: One thing to fetch, because a notification told of it.
ehr_fetch = Table(
    "ehr_fetch",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("ehr", String(40), nullable=False),
    Column("kind", String(8), nullable=False),  # read, events
    Column("target_key", String(32), nullable=False),  # fingerprint
    Column("sealed_target", LargeBinary, nullable=False),  # "Procedure/1", "7-9"
    Column("state", String(8), nullable=False),  # pending, done, failed
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Double, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("ix_ehr_fetch_due", "state", "next_attempt_at"),
    Index(
        "uq_ehr_fetch_pending",
        "ehr",
        "kind",
        "target_key",
        unique=True,
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
)

#: How a subscription stands, as its server last told.
ehr_subscription = Table(
    "ehr_subscription",
    metadata,
    Column("ehr", String(40), primary_key=True),
    Column("subscription", String(64), nullable=False),  # its id there
    Column("status", String(16), nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("told_at", String(40), nullable=False),  # Bundle.timestamp of the newest notification
    Column("heard_at", Double, nullable=False),
    Column("gaps", Integer, nullable=False),  # how many events were missed, and asked for
)
