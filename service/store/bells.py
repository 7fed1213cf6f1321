"""Bells: at most one wake-up is under way for a queue."""

from sqlalchemy import and_, bindparam, or_, select, update

from service.store.prepared import Prepared
from service.store.tables import bell
from service.store.transaction import Transaction, insert_of


class Bells:
    """Who has been rung for, and has not yet come."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._now = transaction.now

    def silent(self, queue: str, *, forgotten_after: float) -> bool:
        """Whether nobody has been rung for."""
        since = self._now - forgotten_after
        return _SILENT.run(self._connection, {"of_queue": queue, "since": since}).fetchone() is not None

    def ring(self, queue: str, *, forgotten_after: float) -> bool:
        """Mark the queue as rung for; True when the caller is the one who must send the wake-up.

        A wake-up that nobody answered for `forgotten_after` seconds was lost with its broker: ring again.
        """
        named = {"of_queue": queue, "since": self._now - forgotten_after}
        rung = _RING.run(self._connection, {**named, "pending": True, "rung_at": self._now})
        return bool(rung.rowcount > 0)

    def answer(self, queue: str) -> None:
        """A worker has come: who commits from now on must ring again."""
        answered = update(bell).where(and_(bell.c.queue == queue, bell.c.pending.is_(True)))
        self._connection.execute(answered.values(pending=False))

    def hang(self, *queues: str) -> None:
        """Make the rows of the queues that have none; several processes may do so at once."""
        rows = [{"queue": queue, "pending": False, "rung_at": 0.0} for queue in queues]
        insert = insert_of(self._connection)
        self._connection.execute(insert(bell).on_conflict_do_nothing(), rows)


_IS_SILENT = and_(
    bell.c.queue == bindparam("of_queue"),
    or_(bell.c.pending.is_(False), bell.c.rung_at < bindparam("since")),
)
_SILENT = Prepared(select(bell.c.queue).where(_IS_SILENT))
_RING = Prepared(update(bell).where(_IS_SILENT), ["pending", "rung_at"])
