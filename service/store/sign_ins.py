"""Sign-ins as they are tried: failed ones make the next wait; what a provider says counts once; sums."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from service.store.access_tables import failed_attempts, sign_in_tally, spent_state
from service.store.transaction import Transaction, insert_new, insert_of

_FORGOTTEN_AFTER = 3600.0
_LONGEST_WAIT = 60.0  # nobody is kept out for longer, whoever guesses at the name
_LARGEST_EXPONENT = 10


@dataclass(frozen=True, slots=True)
class Bucket:
    """What failed attempts are counted by."""

    kind: str  # name, address, device
    what: str
    free: int  # so many may fail before the next has to wait


class SignIns:
    """Counting them."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._fingerprint = transaction.keyring.fingerprint
        self._now = transaction.now

    def take(self, buckets: Iterable[Bucket]) -> float:
        """Let an attempt begin; gives how many seconds it must wait instead, 0 = none.

        It counts as failed until it is known better: of many at once no more get through than one by one.
        """
        old = failed_attempts.c.failed_at < self._now - _FORGOTTEN_AFTER
        self._connection.execute(delete(failed_attempts).where(old))
        free = {self._key(bucket): bucket.free for bucket in buckets}
        for key in sorted(free):  # in one order: two attempts never lock crosswise
            row = {"key": key, "failures": 0, "failed_at": self._now}
            self._connection.execute(insert_new(failed_attempts), row)
        ours = failed_attempts.c.key.in_(free)
        locked = select(failed_attempts).where(ours).order_by(failed_attempts.c.key).with_for_update()
        counts = self._connection.execute(locked).all()
        wait: float = max(_wait(row.failures - free[row.key]) - (self._now - row.failed_at) for row in counts)
        if wait > 0:
            return wait
        failed = {"failures": failed_attempts.c.failures + 1, "failed_at": self._now}
        self._connection.execute(update(failed_attempts).where(ours).values(failed))
        return 0.0

    def forgive(self, bucket: Bucket) -> None:
        """The attempt did not fail."""
        mine = failed_attempts.c.key == self._key(bucket)
        fewer = {"failures": failed_attempts.c.failures - 1}
        self._connection.execute(update(failed_attempts).where(mine).values(fewer))

    def forget(self, bucket: Bucket) -> None:
        """Nor do those before it count any longer."""
        self._connection.execute(delete(failed_attempts).where(failed_attempts.c.key == self._key(bucket)))

    def spend(self, kind: str, name: str, *, good_for: float) -> bool:
        """Whether a provider says this for the first time."""
        self._connection.execute(delete(spent_state).where(spent_state.c.at < self._now - good_for))
        row = {"key": self._fingerprint(kind, name), "at": self._now}
        first = insert_new(spent_state).values(row).returning(spent_state.c.key)
        return self._connection.execute(first).first() is not None

    def tally(self, way: str, outcome: str) -> None:
        """Count a sign-in, or one that was refused."""
        put = insert_of(self._connection)(sign_in_tally).values(way=way, outcome=outcome, count=1)
        again = put.on_conflict_do_update(
            index_elements=[sign_in_tally.c.way, sign_in_tally.c.outcome],
            set_={"count": sign_in_tally.c.count + 1},
        )
        self._connection.execute(again)

    def sums(self) -> dict[tuple[str, str], int]:
        """By way and outcome."""
        return {
            (way, outcome): count for way, outcome, count in self._connection.execute(select(sign_in_tally))
        }

    def _key(self, bucket: Bucket) -> str:
        return self._fingerprint("failed", bucket.kind, bucket.what)


def _wait(failures_too_many: int) -> float:
    """Seconds after the last failure: 1, 2, 4, ..."""
    if failures_too_many < 0:
        return 0.0
    return min(_LONGEST_WAIT, 2.0 ** min(failures_too_many, _LARGEST_EXPONENT))
