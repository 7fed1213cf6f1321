"""The indexes of worklists: each is one way to leaf through the open lines of a facility in order.

They hold what waits for a person and nothing else, so that they stay as small as the queue is.
"""

from typing import Final

from sqlalchemy import Index, text

from service.store.tables import LIVE, candidate

IS_LIVE: Final = f"status IN {LIVE}"

#: Filter -> (the column that it is about, what else is true of every line in its index).
#: A query must say the same in the same words, or the index is not used.
LIMITS: Final = {
    "table": ("table_name", ""),
    "code": ("code", ""),
    "payer": ("payer", "payer <> ''"),
    "provider": ("provider_key", "provider_key <> ''"),
    "assigned": ("assigned_to", "assigned_to <> ''"),
    "claimed": ("claimed_by", "claimed_by <> ''"),
    "held": ("", "held_until > 0"),
    "asked": ("", "asked > 0"),
    "question": ("", "questions > 0"),
    "date": ("service_date", ""),
}


def _index(name: str, column: str, limit: str) -> Index:
    columns = [candidate.c[each] for each in ("facility", "status", column, "sequence") if each]
    where = text(f"{IS_LIVE} AND {limit}" if limit else IS_LIVE)
    return Index(f"ix_candidate_by_{name}", *columns, sqlite_where=where, postgresql_where=where)


INDEXES: Final = [_index(name, column, limit) for name, (column, limit) in LIMITS.items()]
#: By filing limit: of one payer it ends in the order of service. The payer goes first: SQLite, which does not
#: know how many lines an index holds, would else take this one for filters that another leads to.
BY_LIMIT: Final = Index(
    "ix_candidate_by_limit",
    *(candidate.c[each] for each in ("facility", "payer", "status", "service_date", "sequence")),
    sqlite_where=text(IS_LIVE),
    postgresql_where=text(IS_LIVE),
)
#: From an age to a place in the order of arrival.
BY_ARRIVAL: Final = Index("ix_candidate_created", candidate.c.created_at)
