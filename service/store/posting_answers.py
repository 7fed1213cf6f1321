"""What billing says of postings by itself, later and on connections of its own."""

from collections.abc import Collection

from sqlalchemy import and_, or_, select, update

from service.domain.charge import ChargeKind, PostingState
from service.store.posting_rows import Posting, PostingRows, refusal_of
from service.store.prepared import PreparedSearch
from service.store.tables import charge, posting

_MOST_KEYS = 500  # in one statement
_KNOWN = PreparedSearch(select(posting.c.charge_key, posting.c.facility), posting.c.charge_key)


class PostingAnswers(PostingRows):
    """Recording it."""

    def take_verdict(self, found: Posting, state: PostingState, note: str, *, answer: bytes) -> None:
        """What billing said later of a posting that was sent."""
        same = and_(posting.c.id == found.id, posting.c.state == found.state.value)
        held = state is PostingState.UNKNOWN
        values = {"state": state.value, "note": note, "may_be_held": held, "updated_at": self._now}
        said = (
            update(posting)
            .where(same)
            .values(**values, **self._sealed(found, answer), **refusal_of(found, state))
        )
        if self._connection.execute(said).rowcount:
            self._audit(found, "billing", f"verdict.{state.value}")

    def among(self, charge_keys: Collection[str]) -> dict[str, str]:
        """Which of these are keys of charges of ours, and of which facility."""
        keys = sorted(key for key in charge_keys if key.isascii() and key.isalnum())  # as ours all are
        parts = (keys[at : at + _MOST_KEYS] for at in range(0, len(keys), _MOST_KEYS))
        return {key: facility for part in parts for key, facility in _KNOWN.run(self._connection, part)}

    def told_of(self, charged: Collection[str], credited: Collection[str]) -> list[Posting]:
        """The postings, locked, of charges and of credits with these keys; a credit may have its charge's."""
        is_charge = and_(charge.c.kind == ChargeKind.CHARGE.value, charge.c.key.in_(list(charged)))
        by_key = or_(charge.c.key.in_(list(credited)), charge.c.reverses.in_(list(credited)))
        is_credit = and_(charge.c.kind == ChargeKind.CREDIT.value, by_key)
        query = select(posting).join(charge, charge.c.key == posting.c.charge_key)
        return self._read(query.where(or_(is_charge, is_credit)).with_for_update(of=posting))

    def bill(self, told: Posting) -> None:
        """Billing itself tells of a charge, or of a credit."""
        billed = update(posting).where(posting.c.id == told.id, posting.c.billed_at == 0.0)
        if self._connection.execute(billed.values(billed_at=self._now)).rowcount:
            self._audit(told, "billing", "posting.billed")
