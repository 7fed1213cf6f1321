"""The table of what FHIR resources are called and refer to: fingerprints, no patient data."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table

from service.store.tables import metadata

resource_link = Table(
    "resource_link",
    metadata,
    Column("event_id", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # of the entry
    Column("role", String(8), primary_key=True),
    Column("key", String(32), primary_key=True),  # fingerprint of facility, sender and address
    Column("facility", String(64), nullable=False),
    Column("name", String(32), nullable=False),  # key of the resource: one for all of its versions
    Column("version", String(32), nullable=False),  # sorts
    Column("digest", String(32), nullable=False),  # fingerprint of what it says
    Column("is_charted", Boolean, nullable=False),  # it is a procedure
    Column("is_told", Boolean, nullable=False),  # whom it concerns was read again
    Index("ix_resource_link_key", "key"),
)
