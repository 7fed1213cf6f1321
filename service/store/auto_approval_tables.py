"""The table of what was allowed to be approved without a person. It holds no patient data."""

from sqlalchemy import Column, Double, String, Table

from service.store.tables import metadata

#: One row for each version of a rule that somebody enabled.
auto_approval = Table(
    "auto_approval",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the rule's file
    Column("name", String(40), nullable=False),
    Column("enabled_by", String(64), nullable=False),
    Column("enabled_at", Double, nullable=False),
    Column("disabled_at", Double, nullable=False),  # 0 = enabled
)
