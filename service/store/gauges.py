"""Gauges: how many rows stand where, for the metrics. Each is read from an index, not from the rows."""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import case, func, select

from service.domain.charge import PostingState
from service.store.tables import posting
from service.store.transaction import Transaction

_ON_THE_WAY = (PostingState.PENDING.value, PostingState.SENDING.value)


@dataclass(slots=True)
class Outbox:
    """How the charges of one destination stand."""

    by_state: dict[str, int] = field(default_factory=dict)
    tried_in_vain: int = 0  # pending, and billing was not there when they were tried
    oldest: float | None = None  # since when the oldest waits to be sent


class Gauges:
    """Counting."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def outboxes(self) -> dict[str, Outbox]:
        """Every destination that ever had a charge."""
        found: defaultdict[str, Outbox] = defaultdict(Outbox)
        column = (posting.c.destination, posting.c.state)
        for destination, state, count in self._connection.execute(
            select(*column, func.count()).group_by(*column)
        ):
            found[destination].by_state[state] = count
        in_vain = func.sum(case((posting.c.attempts > 0, 1), else_=0))
        waiting = select(posting.c.destination, in_vain, func.min(posting.c.created_at))
        waiting = waiting.where(posting.c.state.in_(_ON_THE_WAY)).group_by(posting.c.destination)
        for destination, tried, oldest in self._connection.execute(waiting):
            found[destination].tried_in_vain, found[destination].oldest = int(tried), oldest
        return dict(found)
