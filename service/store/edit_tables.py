"""The tables of CMS's files, as a site loaded them. They hold no patient data.

Days are numbers, YYYYMMDD; 99991231 is an open end.
"""

from sqlalchemy import Column, Double, Index, Integer, String, Table, Text, text

from service.store.tables import metadata

#: A load: the files of one kind and setting that were loaded together. It counts once its state is active.
edit_release = Table(
    "edit_release",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(8), nullable=False),
    Column("setting", String(12), nullable=False),  # "" = all
    Column("holds_from", String(10), nullable=False),  # "" = its rows are dated
    Column("digest", String(64), nullable=False),  # SHA-256 over the files
    Column("name", Text, nullable=False),
    Column("state", String(8), nullable=False),  # loading, active, retired
    Column("rows", Integer, nullable=False),
    Column("loaded_by", String(64), nullable=False),
    Column("loaded_at", Double, nullable=False),
    Index(
        "uq_edit_release_active",
        "kind",
        "setting",
        "holds_from",
        unique=True,
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
)

ptp_edit = Table(
    "ptp_edit",
    metadata,
    Column("release_id", Integer, primary_key=True, autoincrement=False),
    Column("column_1", String(5), primary_key=True),
    Column("column_2", String(5), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),  # a pair has several, dated
    Column("effective", Integer, nullable=False),
    Column("deleted", Integer, nullable=False),  # the last active day
    Column("modifier_indicator", String(1), nullable=False),
    Column("rationale", Text, nullable=False),
    sqlite_with_rowid=False,
)

mue_edit = Table(
    "mue_edit",
    metadata,
    Column("release_id", Integer, primary_key=True, autoincrement=False),
    Column("code", String(5), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("most_units", Integer, nullable=False),
    Column("adjudication", String(1), nullable=False),
    Column("rationale", Text, nullable=False),
    sqlite_with_rowid=False,
)

add_on_edit = Table(
    "add_on_edit",
    metadata,
    Column("release_id", Integer, primary_key=True, autoincrement=False),
    Column("add_on", String(5), primary_key=True),
    Column("primary_code", String(5), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(1), nullable=False),
    Column("effective", Integer, nullable=False),
    Column("deleted", Integer, nullable=False),
    sqlite_with_rowid=False,
)

fee_indicator = Table(
    "fee_indicator",
    metadata,
    Column("release_id", Integer, primary_key=True, autoincrement=False),
    Column("code", String(5), primary_key=True),
    Column("pctc", String(2), nullable=False),
    Column("bilateral", String(2), nullable=False),
    sqlite_with_rowid=False,
)
