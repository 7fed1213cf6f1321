"""Event states: every change of what became of a message passes here, and is counted with its feed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, select, update

from service.store.tables import event
from service.store.transaction import Transaction

#: Every state, and the column of the tally in which it is counted.
TALLIED = {
    "received": "waiting",
    "charted": "charted",
    "no_charge": "no_charge",
    "quarantined": "quarantined",
    "discarded": "discarded",
}
_AT_ONCE = 500


def move(transaction: Transaction, which: ColumnElement[bool], state: str, **values: Any) -> int:
    """Bring messages to a state, and set further columns of theirs; gives how many there were."""
    # Locked first, in the order of arrival: their states must not change between count and update.
    chosen = select(event.c.id, event.c.facility, event.c.taken_by, event.c.state).where(which)
    rows = transaction.connection.execute(chosen.order_by(event.c.sequence).with_for_update()).all()
    for row in rows:
        counted = transaction.tallies[row.facility, row.taken_by]
        counted[TALLIED[row.state]] -= 1
        counted[TALLIED[state]] += 1
    for ids in _some([row.id for row in rows]):
        moved = update(event).where(event.c.id.in_(ids))
        transaction.connection.execute(moved.values(state=state, **values))
    return len(rows)


def _some(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
