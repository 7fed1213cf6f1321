"""Tallies: what each feed brought and what became of it, counted in the transaction in which it happens."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Row, Select, bindparam, case, func, literal_column, select
from sqlalchemy.dialects import postgresql

from service.store.feed_tables import feed_tally
from service.store.prepared import Prepared
from service.store.tables import event
from service.store.transaction import Transaction
from service.store.walls import within

_HOUR = 3600
_ALL_HOURS = 0
#: Messages are read in the order of arrival: beyond these no feed has one that waits longer.
_LOOKED_AT = 10_000


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages of a feed: received = duplicates + what stands in each state."""

    received: int = 0
    duplicates: int = 0
    refused: int = 0
    reused: int = 0  # control ids that stood on other bytes before
    out_of_sequence: int = 0  # numbers (MSH-13) that were not next
    waiting: int = 0
    charted: int = 0
    no_charge: int = 0
    quarantined: int = 0
    discarded: int = 0
    last_at: float = 0.0  # of the last message; 0 = none


_COUNTED = tuple(each.name for each in fields(Tally) if each.name != "last_at")


class Tallies:
    """Reading the tallies of a facility ("*" = all), by feed; "" = messages that no feed takes."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._now = transaction.now

    def of_all_time(self, facility: str) -> dict[str, Tally]:
        """What each feed ever brought, and how it stands now."""
        return self._summed(_SUMS.where(feed_tally.c.hour == _ALL_HOURS), facility)

    def of_last(self, hours: int, facility: str) -> dict[str, Tally]:
        """What changed within the last hours, by the clock."""
        first = hour_of(self._now) - hours + 1
        return self._summed(_SUMS.where(feed_tally.c.hour > _ALL_HOURS, feed_tally.c.hour >= first), facility)

    def by_hour(self, feed: str, facility: str, *, hours: int) -> list[tuple[float, Tally]]:
        """(beginning of an hour, what changed in it) of a feed, newest first; without hours of silence."""
        query = select(feed_tally.c.hour, *_sums()).where(
            feed_tally.c.feed == feed,
            feed_tally.c.hour > hour_of(self._now) - hours,
            within(feed_tally, facility),
        )
        rows = self._connection.execute(query.group_by(feed_tally.c.hour).order_by(feed_tally.c.hour.desc()))
        return [(float(row.hour * _HOUR), _tally(row)) for row in rows]

    def oldest_waiting(self, facility: str) -> dict[str, float]:
        """Since when the oldest message waits that nobody has read, by feed."""
        waiting = select(event.c.taken_by, event.c.received_at).where(event.c.state == "received")
        oldest = (
            waiting.where(within(event, facility)).order_by(event.c.sequence).limit(_LOOKED_AT).subquery()
        )
        query = select(oldest.c.taken_by, func.min(oldest.c.received_at)).group_by(oldest.c.taken_by)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def _summed(self, query: Select[Any], facility: str) -> dict[str, Tally]:
        query = query.where(within(feed_tally, facility)).group_by(feed_tally.c.feed)
        rows = self._connection.execute(query)
        return {row.feed: _tally(row) for row in rows}


def hour_of(moment: float) -> int:
    """The hour in which a moment falls, counted from the epoch."""
    return int(moment // _HOUR)


def write_tallies(transaction: Transaction) -> None:
    """Add what the transaction counted. Rows are taken in one order: writers never lock crosswise."""
    rows = [_row(transaction, *pair) for pair in sorted(transaction.tallies)]
    if rows:
        # Mostly they are of one feed: then it is one statement, and one way to the database and back.
        _ADD.run(transaction.connection, rows if len(rows) > 1 else rows[0])


def _row(transaction: Transaction, facility: str, feed: str) -> dict[str, Any]:
    counted = transaction.tallies[facility, feed]
    row: dict[str, Any] = {f"{name}_": counted[name] for name in _COUNTED}
    row["last_at_"] = transaction.now if counted["received"] else 0.0
    row["hour_"] = hour_of(transaction.now)
    return {**row, "facility_": facility, "feed_": feed}


def _sums() -> list[Any]:
    counted = [func.sum(feed_tally.c[name]).label(name) for name in _COUNTED]
    return [*counted, func.max(feed_tally.c.last_at).label("last_at")]


_SUMS = select(feed_tally.c.feed, *_sums())


def _tally(row: Row[Any]) -> Tally:
    counted = {name: int(getattr(row, name)) for name in _COUNTED}  # PostgreSQL sums to a Decimal
    return Tally(**counted, last_at=row.last_at)


def _add() -> Prepared:
    """Add to the row of all hours and to that of one. Both databases say it in these words."""
    of_hour: dict[str, Any] = {column.name: bindparam(f"{column.name}_") for column in feed_tally.c}
    of_all_hours = {**of_hour, "hour": literal_column(str(_ALL_HOURS))}
    insert = postgresql.insert(feed_tally).values([of_all_hours, of_hour])
    new, old = insert.excluded, feed_tally.c
    added: dict[str, Any] = {name: old[name] + new[name] for name in _COUNTED}
    added["last_at"] = case((new.last_at > old.last_at, new.last_at), else_=old.last_at)
    return Prepared(
        insert.inline().on_conflict_do_update(index_elements=["facility", "feed", "hour"], set_=added)
    )


_ADD = _add()
