"""Tables of the full text over notes; empty unless a site turns it on.

As in tables.py, columns named `sealed_*` hold patient data. The hashes of words are keyed, and of equal words
equal: who holds the database sees how often each occurs, and not which it is (decision 0019).
"""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table

from service.store.tables import metadata

#: What is written of a procedure, as it stands now.
note = Table(
    "note",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("facility", String(64), nullable=False),
    Column("procedure_id", String(32), nullable=False, unique=True),
    Column("digest", String(32), nullable=False),  # fingerprint of the texts: a repeat changes nothing
    Column("words", LargeBinary, nullable=False),  # its hashes, 8 bytes each, in order
    Column("sealed_texts", LargeBinary, nullable=False),
)

#: Which notes a word occurs in; its hash is that of facility and word.
note_word = Table(
    "note_word",
    metadata,
    Column("word", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
