"""The tables of the feeds in operation: what each brought, and what people said of messages set aside."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from service.store.tables import metadata

#: A row a feed, facility and hour: what changed within the hour. The row of hour 0 is the sum of all hours.
feed_tally = Table(
    "feed_tally",
    metadata,
    Column("facility", String(64), primary_key=True),
    Column("feed", String(64), primary_key=True),  # "" = no feed takes such messages
    Column("hour", Integer, primary_key=True, autoincrement=False),  # hours since the epoch
    Column("received", BigInteger, nullable=False),  # duplicates too
    Column("duplicates", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),  # answered with an error; kept in quarantine
    Column("waiting", BigInteger, nullable=False),  # not yet read
    Column("charted", BigInteger, nullable=False),
    Column("no_charge", BigInteger, nullable=False),
    Column("quarantined", BigInteger, nullable=False),
    Column("discarded", BigInteger, nullable=False),
    Column("last_at", Double, nullable=False),  # of the last message; 0 = none
    # Of the new messages: under a control id of other bytes; with a number (MSH-13) that was not next.
    Column("reused", BigInteger, nullable=False, server_default="0"),
    Column("out_of_sequence", BigInteger, nullable=False, server_default="0"),
    # For the sums of the last day: those of all time are one row a feed.
    Index("ix_feed_tally_hour", "hour", sqlite_where=text("hour > 0"), postgresql_where=text("hour > 0")),
)

#: How far the messages have come that a sender numbers (MSH-13).
link_sequence = Table(
    "link_sequence",
    metadata,
    Column("facility", String(64), primary_key=True),  # for which its sender speaks
    Column("link", String(256), primary_key=True),  # MSH-3|MSH-4|MSH-5|MSH-6
    Column("last", BigInteger, nullable=False),  # highest number that was taken; 0 = none
    Column("missing", JSON, nullable=False),  # [[from, to], ...] below it that never came
)

#: Append-only: that nothing more is to be done with a message in quarantine.
event_discard = Table(
    "event_discard",
    metadata,
    Column("event_id", String(32), primary_key=True),
    Column("discarded_at", Double, primary_key=True),
    Column("discarded_by", String(64), nullable=False),
    Column("sealed_reason", LargeBinary, nullable=False),
)

#: How many messages of a feed were held against the rules of HL7.
feed_sample = Table(
    "feed_sample",
    metadata,
    Column("feed", String(64), primary_key=True),
    Column("received", BigInteger, nullable=False),  # of the feed, when the last was taken
    Column("checked", BigInteger, nullable=False),
    Column("faulty", BigInteger, nullable=False),
)

#: Which rules of HL7 the messages of a feed break. No word of the messages.
feed_finding = Table(
    "feed_finding",
    metadata,
    Column("feed", String(64), primary_key=True),
    Column("rule", String(200), primary_key=True),
    Column("messages", BigInteger, nullable=False),
    Column("first_at", Double, nullable=False),
    Column("last_at", Double, nullable=False),
    Column("last_control_id", Text, nullable=False),  # MSH-10
)
