"""Answers given once: a request that names itself is carried out once, and answered as often as it comes."""

from dataclasses import dataclass, field

from sqlalchemy import delete, select, update

from service.domain.errors import KeyReused
from service.store.review_tables import given_answer
from service.store.transaction import Transaction, insert_of

KEPT_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What was answered."""

    status: int
    body: bytes = field(repr=False)


class GivenAnswers:
    """Reserving a key, and keeping the answer with the change that it tells of."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._keyring = transaction.keyring
        self._now = transaction.now

    def begin(self, user: str, key: str, request: str) -> GivenAnswer | None:
        """The answer that the request had before; None when it is new, and to be carried out now.

        Of two at once the second waits here until the first has committed. KeyReused when the key was
        another request's.
        """
        name, asked = self._keyring.fingerprint("given", user, key), self._keyring.fingerprint(request)
        row = {"key": name, "request": asked, "status": 0, "at": self._now, "sealed_answer": b""}
        reserved = insert_of(self._connection)(given_answer).on_conflict_do_nothing()
        if self._connection.execute(reserved.values(**row).returning(given_answer.c.key)).first():
            return None
        found = self._connection.execute(select(given_answer).where(given_answer.c.key == name)).first()
        if found is None:  # it was forgotten at this moment
            return self.begin(user, key, request)
        if found.request != asked:
            raise KeyReused
        return GivenAnswer(found.status, self._keyring.open(found.sealed_answer, f"given/{name}"))

    def keep(self, user: str, key: str, answer: GivenAnswer) -> None:
        """Keep what is answered to the request that was begun."""
        name = self._keyring.fingerprint("given", user, key)
        sealed = self._keyring.seal(answer.body, f"given/{name}")
        kept = update(given_answer).where(given_answer.c.key == name)
        self._connection.execute(kept.values(status=answer.status, sealed_answer=sealed))

    def forget(self) -> int:
        """Forget what is older than a day; gives how many."""
        old = delete(given_answer).where(given_answer.c.at < self._now - KEPT_SECONDS)
        return self._connection.execute(old).rowcount

    def are_old(self) -> bool:
        """Whether there is anything to forget."""
        old = select(given_answer.c.key).where(given_answer.c.at < self._now - KEPT_SECONDS).limit(1)
        return self._connection.execute(old).first() is not None
