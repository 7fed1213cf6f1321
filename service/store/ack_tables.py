"""The table of the later acknowledgements that senders in enhanced mode wait for."""

from sqlalchemy import Column, Double, Index, Integer, String, Table, Text, text

from service.store.tables import metadata

_OWED = text("state = 'owed'")

#: The row is written with its message, and is the job of telling the sender what became of that.
application_ack = Table(
    "application_ack",
    metadata,
    Column("event_id", String(32), primary_key=True),
    Column("facility", String(64), nullable=False),
    Column("sender", Text, nullable=False),  # MSH-3|MSH-4
    Column("wanted", String(2), nullable=False),  # MSH-16: AL, ER, SU
    Column("control_id", String(20), nullable=False),  # MSH-10 of the acknowledgement
    Column("address", Text, nullable=False),  # HOST:PORT; "" = no feed says where it is to go
    Column("state", String(16), nullable=False),  # owed, sent, not_wanted, failed
    Column("note", Text, nullable=False),  # why it is not sent yet, or never
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Double, nullable=False),
    Column("lease_until", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("ix_application_ack_owed", "next_attempt_at", sqlite_where=_OWED, postgresql_where=_OWED),
)
