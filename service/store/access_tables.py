"""Tables of signing in: who is signed in, who was refused lately, and how often."""

from sqlalchemy import Column, Double, Integer, String, Table

from service.store.tables import metadata

#: Who is signed in. The browser holds the id, this row a keyed hash of it: the row alone lets nobody in.
session = Table(
    "user_session",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("name", String(32), nullable=False),  # what the audit trail calls it
    Column("user_name", String(64), nullable=False, index=True),
    Column("way", String(16), nullable=False),  # password, token, oidc
    Column("provider_key", String(32), nullable=False, server_default=""),  # the provider's session, hashed
    Column("began_at", Double, nullable=False),
    Column("active_at", Double, nullable=False),  # when the person last gave a sign of life
    Column("ends_at", Double, nullable=False, index=True),  # however active
)

#: Failed attempts to sign in, by user, by address and by browser, each as a keyed hash.
failed_attempts = Table(
    "failed_sign_in",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Double, nullable=False, index=True),
)

#: What a provider may say once only.
spent_state = Table(
    "spent_sign_in",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("at", Double, nullable=False, index=True),
)

#: How often people signed in, or were refused; for the metrics.
sign_in_tally = Table(
    "sign_in_tally",
    metadata,
    Column("way", String(16), primary_key=True),
    Column("outcome", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
)
