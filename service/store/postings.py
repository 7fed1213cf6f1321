"""Postings: the outbox. A pending row is a job; one that was being sent when its worker died is unknown."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, and_, func, insert, not_, select, update

from service.domain.charge import Charge, Parcel, PostingState
from service.domain.errors import LeaseLost, WrongState
from service.domain.ids import new_control_id, new_id
from service.store.posting_answers import PostingAnswers
from service.store.posting_rows import (
    Posting,
    is_leased,
    on_its_way,
    one_before,
    place_of,
    refusal_of,
    waits_for_credit,
)
from service.store.tables import posting

__all__ = ["Posting", "Postings"]


#: Fields of the billing context that differ between charges of one visit.
_OF_A_CHARGE = ("performer_", "order_", "patient_reference", "encounter_reference")
_MOST_FELLOWS = 50
#: After so many attempts, a charge whose message could not even be made is for a person.
MOST_STOPS = 5


class Postings(PostingAnswers):
    """Filling the outbox, claiming from it, and recording how it went."""

    def add(self, charge: Charge, destination: str, *, delay: float = 0.0, waits_for: str = "") -> None:
        """Commit, with the approval, to post a charge, no sooner than in `delay` seconds.

        Nor before billing has the credit of that key.
        """
        row = {
            "id": new_id(),
            "facility": charge.facility,
            "charge_key": charge.key,
            "destination": destination,
            "state": PostingState.PENDING.value,
            "control_id": new_control_id(),
            "account_key": self._account_key(charge),
            "visit_key": self._visit_key(charge),
            "billed_at": 0.0,
            "waits_for": waits_for,
            "may_be_held": False,
            "refused_id": "",
            "sealed_body": None,
            "sealed_answer": None,
            "note": f"waits until billing has the credit {waits_for}" if waits_for else "",
            "attempts": 0,
            "next_attempt_at": self._now + delay,
            "lease_until": 0.0,
            "created_at": self._now,
            "updated_at": self._now,
        }
        self._connection.execute(insert(posting), row)

    def _account_key(self, charge: Charge) -> str:
        context = charge.context
        number = context.account_number or context.visit_number
        patient = (context.patient_id_authority, context.patient_id)
        return self._keyring.fingerprint("account", charge.facility, *patient, number)

    def _visit_key(self, charge: Charge) -> str:
        """Of all that charges of one message have in common: what one PID, PV1 and IN1 say of them."""
        context = asdict(charge.context)
        said = [value for name, value in sorted(context.items()) if not name.startswith(_OF_A_CHARGE)]
        return self._keyring.fingerprint("visit", charge.facility, *said)

    def claim(self, destinations: Sequence[str], lease: float) -> Posting | None:
        """Lease the oldest due posting. From here on bytes may leave: a lost lease means unknown.

        One of an account waits for those before it that are still on their way, whatever they wait for.
        """
        to = posting.c.destination.in_(destinations)
        query = select(posting).where(self._due(), to, not_(one_before()))
        query = query.order_by(posting.c.sequence).limit(1).with_for_update(skip_locked=True, of=posting)
        row = self._connection.execute(query).one_or_none()
        return self._lease(self._posting(row), lease, control_id=row.control_id) if row else None

    def _lease(self, found: Posting, lease: float, *, control_id: str) -> Posting:
        claimed = update(posting).where(posting.c.id == found.id).returning(posting)
        values = {
            "state": PostingState.SENDING.value,
            "attempts": found.attempts + 1,
            "control_id": control_id,
        }
        claimed = claimed.values(**values, lease_until=self._now + lease, updated_at=self._now)
        return self._posting(self._connection.execute(claimed).one())

    def claim_companions(self, leader: Posting, lease: float, *, per_visit: bool) -> list[Posting]:
        """Lease what leaves, or left before, in one message with a posting just claimed; in order.

        What is built anew takes along the charges of the same visit that are due, up to the first of the
        account that is not.
        """
        if leader.body is not None:
            found = self._sent_before(leader)
        else:
            found = self._fellows(leader) if per_visit and leader.visit_key else []
        return [self._lease(each, lease, control_id=leader.control_id) for each in found]

    def _sent_before(self, leader: Posting) -> list[Posting]:
        query = _pending_beside(leader).where(posting.c.control_id == leader.control_id)
        return self._read(query.with_for_update())

    def _fellows(self, leader: Posting) -> list[Posting]:
        found: list[Posting] = []
        query = _pending_beside(leader).where(
            posting.c.destination == leader.destination,
            posting.c.account_key == leader.account_key,
            posting.c.sequence > leader.sequence,
        )
        query = query.add_columns(waits_for_credit().label("waits"))
        for row in self._connection.execute(query.with_for_update(skip_locked=True, of=posting)):
            if row.waits and row.waits_for not in {each.charge_key for each in (leader, *found)}:
                continue
            is_new = row.visit_key == leader.visit_key and row.sealed_body is None and not row.may_be_held
            if not is_new or row.next_attempt_at > self._now or len(found) >= _MOST_FELLOWS:
                break
            found.append(self._posting(row))
        return found

    def are_all(self, claimed: Sequence[Posting]) -> bool:
        """Whether postings of one message are all that it tells of: no other has parted from them."""
        of_it = select(func.count()).where(posting.c.control_id == claimed[0].control_id)
        return self._connection.scalar(of_it) == len(claimed)

    def part(self, claimed: Iterable[Posting]) -> None:
        """Send postings of one message, which billing does not hold, apart: each is made anew, and alone."""
        for each in claimed:
            apart = {"control_id": new_control_id(), "visit_key": "", "sealed_body": None}
            pending = {"state": PostingState.PENDING.value, "attempts": each.attempts - 1}
            self._update_claimed(each, **apart, **pending, lease_until=0.0)

    def fix(self, claimed: Posting, parcel: Parcel) -> None:
        """Keep the very bytes that are going to be sent, before the first of them is."""
        sealed = self._keyring.seal(parcel.body, place_of(claimed.id, claimed.facility, "body"))
        self._update_claimed(claimed, sealed_body=sealed)

    def record(
        self,
        claimed: Posting,
        state: PostingState,
        note: str,
        *,
        answer: bytes = b"",
        delay: float = 0.0,
        uncertain: bool = False,
    ) -> None:
        """Say how an attempt went. `note` holds no patient data; `uncertain`: billing may hold the charge."""
        values: dict[str, Any] = {
            "state": state.value,
            "note": note,
            "lease_until": 0.0,
            "next_attempt_at": self._now + delay,
            "updated_at": self._now,
            "may_be_held": claimed.may_be_held or uncertain,
        }
        values |= self._sealed(claimed, answer) | refusal_of(claimed, state)
        self._update_claimed(claimed, **values)
        self._audit(claimed, "service", f"posting.{state.value}")

    def await_verdict(self, claimed: Posting, note: str, *, answer: bytes, patience: float) -> None:
        """Billing keeps the message, and says later what became of the charge."""
        values = {"state": PostingState.AWAITING.value, "note": note, "lease_until": self._now + patience}
        sealed = self._sealed(claimed, answer)
        self._update_claimed(claimed, **values, **sealed, may_be_held=True, updated_at=self._now)
        self._audit(claimed, "service", "posting.awaiting")

    def _update_claimed(self, claimed: Posting, **values: Any) -> None:
        """Change a posting that is still this worker's: who lost the lease may no longer say anything."""
        mine = and_(
            posting.c.id == claimed.id,
            posting.c.state == PostingState.SENDING.value,
            posting.c.attempts == claimed.attempts,
        )
        if not self._connection.execute(update(posting).where(mine).values(**values)).rowcount:
            raise LeaseLost

    def abandon_lost(self) -> list[Posting]:
        """What nobody will tell of any more: its worker died while sending, or billing's verdict never came.

        Billing may hold it, so a person decides; but not where no bytes had been fixed yet.
        """
        over = and_(is_leased(), posting.c.lease_until <= self._now)
        found = self._read(select(posting).where(over).with_for_update(skip_locked=True))
        for each in found:
            if each.state is PostingState.AWAITING:
                self.take_verdict(each, PostingState.UNKNOWN, "billing's verdict did not come", answer=b"")
            elif each.body is None:
                self._put_back(each)
            else:
                self.record(each, PostingState.UNKNOWN, "the service stopped while sending", uncertain=True)
        return found

    def _put_back(self, lost: Posting) -> None:
        """Nothing of it had been sent. What stops its worker again and again is for a person.

        What it was claimed with is not to be stopped by it: each leaves alone from now on.
        """
        self._update_claimed(lost, control_id=new_control_id(), visit_key="")
        if lost.attempts < MOST_STOPS:
            note = "the service stopped before anything was sent"
            self.record(lost, PostingState.PENDING, note, delay=2.0**lost.attempts)
        else:
            note = f"the service stopped {MOST_STOPS} times before anything was sent"
            self.record(lost, PostingState.REFUSED, note)

    def settle(self, found: Posting, state: PostingState, reason: str, *, by: str) -> None:
        """A person decides about a posting: from here on its fate is no longer uncertain.

        Charges of one message have one fate: what is said of one holds for all. What billing itself refused,
        or what was taken back, is sent again as the destination's file says by then.
        """
        together = self._together(found)
        settled = update(posting).where(
            posting.c.id.in_([each.id for each in together]), posting.c.state == found.state.value
        )
        settled = settled.values(
            state=state.value,
            note=reason,
            next_attempt_at=self._now,
            updated_at=self._now,
            may_be_held=False,
        )
        if not together or self._connection.execute(settled).rowcount != len(together):
            raise WrongState("the posting has moved on: look again")
        if state is PostingState.PENDING:
            self._make_anew(
                each for each in together if each.state is PostingState.CANCELLED or each.is_refused
            )
        for each in together:
            self._audit(each, by, f"settle.{state.value}")

    def _together(self, found: Posting) -> list[Posting]:
        """The postings of one message that stand as this one does; itself, where nothing was sent yet."""
        if found.body is None:
            return [found]
        same = and_(posting.c.control_id == found.control_id, posting.c.state == found.state.value)
        return self._read(select(posting).where(same).with_for_update())

    def cancel(self, charge_key: str, *, by: str) -> dict[str, PostingState] | None:
        """Take a charge back while billing certainly does not hold it; None when that is too late.

        Gives its postings with the states that they were in. A refused one is cancelled too, so that it
        cannot be sent again after its correction.
        """
        ours = select(posting).where(posting.c.charge_key == charge_key)
        self._read(ours.with_for_update())
        # Looked at again under the locks: who held them before may have sent it.
        found = self._read(ours)
        if not all(map(_is_not_held, found)):
            return None
        for each in found:
            self._part_company(each)
            self.settle(each, PostingState.CANCELLED, "taken back", by=by)
        return {each.id: each.state for each in found}

    def may_be_cancelled(self, charge_key: str) -> bool:
        """Whether billing certainly does not hold a charge, as far as can be seen without a lock."""
        return all(map(_is_not_held, self.of_charge(charge_key)))

    def _part_company(self, found: Posting) -> None:
        """What would be sent again with a charge that is taken back is made anew without it."""
        together = and_(posting.c.control_id == found.control_id, posting.c.id != found.id)
        others = self._read(select(posting).where(together).with_for_update()) if found.body else []
        self._make_anew(filter(_is_not_held, others))

    def _make_anew(self, postings: Iterable[Posting]) -> None:
        """Forget the bytes of postings that billing does not hold: the next are another message (MSH-10)."""
        for each in postings:
            anew = {"control_id": new_control_id(), "sealed_body": None}
            self._connection.execute(update(posting).where(posting.c.id == each.id).values(**anew))


def _is_not_held(found: Posting) -> bool:
    states = (PostingState.PENDING, PostingState.REFUSED, PostingState.CANCELLED)
    return found.state in states and not found.may_be_held


def _pending_beside(leader: Posting) -> Select[Any]:
    pending = posting.c.state == PostingState.PENDING.value
    return (
        select(posting).where(on_its_way(), pending, posting.c.id != leader.id).order_by(posting.c.sequence)
    )
