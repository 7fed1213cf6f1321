"""Post: send what was approved, once. What billing may or may not hold is left to a person.

The claim is committed, with the very bytes, before the first byte leaves; the outcome is committed after. A
service that dies in between leaves a row that is `sending`, which becomes `unknown`.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import structlog

from service.domain.charge import Parcel, PostingState, Receipt
from service.domain.errors import (
    LeaseLost,
    PostingError,
    PostingPutOff,
    PostingRefused,
    PostingRepeatable,
    PostingUnavailable,
    PostingUncertain,
    TryAgainLater,
)
from service.pipeline.credits import refuse_other_words, taken_back
from service.pipeline.waiting import backoff
from service.posting.destination import Destination
from service.store import Database
from service.store.postings import Posting

_log = structlog.get_logger()

Destinations = Mapping[str, Destination]


def post_side_by_side(database: Database, destinations: Destinations, *, lease: float, seconds: float) -> int:
    """Post what is due, on as many connections as the destinations have, for so long; gives how many."""
    workers = max((each.connections for each in destinations.values()), default=1)
    if workers == 1:
        return post(database, destinations, lease=lease)
    until = time.monotonic() + seconds

    def work(_number: int) -> int:
        done = 0
        while time.monotonic() < until and (more := post(database, destinations, lease=lease)):
            done += more
        return done

    with ThreadPoolExecutor(workers, thread_name_prefix="post") as pool:
        return sum(pool.map(work, range(workers)))


def post(database: Database, destinations: Destinations, *, lease: float) -> int:
    """Post the oldest due charge, and what leaves with it; gives how many were tried."""
    postings = _claim(database, destinations, lease)
    if not postings:
        return 0
    destination = destinations[postings[0].destination]
    try:
        receipt = destination.send(_parcel(database, destination, postings))
    except PostingError as error:
        _tell_breaker(destination, error)
        _record_failure(database, destination, postings, error)
    except _Parted:
        return len(postings)
    except LeaseLost:
        _log.warning("posting taken over", charge=postings[0].charge_key)
    except TryAgainLater:
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, bytes may have left
        failed = PostingUncertain(f"the service failed while sending ({type(error).__name__})")
        _record(database, postings, PostingState.UNKNOWN, failed, 0.0)
    else:
        destination.breaker.succeeded()
        _record_receipt(database, destination, postings, receipt)
    return len(postings)


class _Parted(Exception):
    """Charges claimed together cannot leave together: each is due alone."""


def _claim(database: Database, destinations: Destinations, lease: float) -> list[Posting]:
    """The oldest due posting of a receiver that is not let be, and those that leave in its message."""
    with database.transaction() as store:
        store.postings.abandon_lost()
        names = sorted(name for name, each in destinations.items() if each.breaker.allows())
        leader = store.postings.claim(names, lease)
        if leader is None:
            return []
        per_visit = destinations[leader.destination].per_visit
        return [leader, *store.postings.claim_companions(leader, lease, per_visit=per_visit)]


def _parcel(database: Database, destination: Destination, postings: Sequence[Posting]) -> Parcel:
    """The bytes to send. Whatever fails here, none has left in this attempt."""
    try:
        return _fixed(database, destination, postings)
    except (PostingError, LeaseLost, TryAgainLater, _Parted):
        raise
    except Exception as error:
        failed = f"the service failed before anything was sent ({type(error).__name__})"
        raise PostingRefused(failed) from error


def _fixed(database: Database, destination: Destination, postings: Sequence[Posting]) -> Parcel:
    """The bytes fixed at an earlier attempt, or new ones, committed before they may leave."""
    leader = postings[0]
    try:
        with database.transaction() as store:
            charges = [store.charges.get(each.charge_key, each.facility) for each in postings]
            told = taken_back(store, charges)
        if leader.body is not None and (fixed := _as_before(database, destination, postings, leader.body)):
            return fixed
        parcel = destination.prepare(charges, leader.control_id, datetime.now(UTC))
        refuse_other_words(parcel.body, charges, told)
    except PostingRefused as error:
        if len(postings) == 1 or leader.body is not None:
            raise
        # One that cannot be built must not hold up its neighbours.
        with database.transaction() as store:
            store.postings.part(postings)
        raise _Parted from error
    with database.transaction() as store:
        for each in postings:
            store.postings.fix(each, parcel)
    return parcel


def _as_before(
    database: Database, destination: Destination, postings: Sequence[Posting], body: bytes
) -> Parcel | None:
    """The very bytes of an earlier attempt; never with a charge of which something else has become since.

    None = they are for another kind of receiver, which certainly has them not: they are made anew.
    """
    leader = postings[0]
    held = any(each.may_be_held for each in postings)
    with database.transaction() as store:
        is_whole = store.postings.are_all(postings)
        if not (is_whole or held):
            store.postings.part(postings)
    if not is_whole and held:
        raise PostingRefused("its message tells of another charge, too, which is not to be sent again")
    if not is_whole:
        raise _Parted
    if destination.is_ours(body):
        return Parcel(leader.control_id, body, leader.attempts > 1, may_be_held=held)
    if held:
        raise PostingRefused("it was made for another kind of receiver, which may hold it")
    return None


def _record_receipt(
    database: Database, destination: Destination, postings: Sequence[Posting], receipt: Receipt
) -> None:
    try:
        with database.transaction() as store:
            for each in postings:
                if receipt.awaits_verdict:
                    patience = destination.patience.verdict
                    store.postings.await_verdict(each, receipt.note, answer=receipt.answer, patience=patience)
                else:
                    store.postings.record(each, PostingState.POSTED, receipt.note, answer=receipt.answer)
    except LeaseLost:
        _log.warning("posting taken over", charge=postings[0].charge_key)


def _tell_breaker(destination: Destination, error: PostingError) -> None:
    if isinstance(error, PostingRefused):
        if error.answer:  # else it was never sent
            destination.breaker.succeeded()
    elif error.of_this_charge:
        destination.breaker.succeeded()
    else:
        destination.breaker.failed()


def _record_failure(
    database: Database, destination: Destination, postings: Sequence[Posting], error: PostingError
) -> None:
    attempts = max(each.attempts for each in postings)
    state = _state_after(destination, attempts, error)
    if state is PostingState.REFUSED and any(each.may_be_held for each in postings):
        # What is refused is the repeat. The charge may be there since an earlier attempt.
        state = PostingState.UNKNOWN
        error = PostingUncertain(f"{error}; an earlier attempt may have arrived", answer=_answer_of(error))
    asked = getattr(error, "retry_after", 0.0)
    is_due = state is PostingState.PENDING
    patience = destination.patience
    wait = backoff(attempts, first=patience.first, longest=patience.longest)
    delay = max(asked, wait) if is_due else 0.0
    _record(database, postings, state, error, delay)


def _record(
    database: Database, postings: Sequence[Posting], state: PostingState, error: PostingError, delay: float
) -> None:
    _log.warning("charge not posted", charge=postings[0].charge_key, state=state.value, reason=str(error))
    uncertain = isinstance(error, PostingUncertain)
    answer = _answer_of(error)
    try:
        with database.transaction() as store:
            for each in postings:
                store.postings.record(
                    each, state, str(error), answer=answer, delay=delay, uncertain=uncertain
                )
    except LeaseLost:
        _log.warning("posting taken over", charge=postings[0].charge_key)


def _answer_of(error: PostingError) -> bytes:
    answer: bytes = getattr(error, "answer", b"")
    return answer


def _state_after(destination: Destination, attempts: int, error: PostingError) -> PostingState:
    if isinstance(error, PostingRefused):
        return PostingState.REFUSED
    if isinstance(error, PostingPutOff) and attempts >= destination.patience.attempts:
        return PostingState.REFUSED
    if isinstance(error, PostingUnavailable):
        return PostingState.PENDING
    if isinstance(error, PostingRepeatable) and attempts < destination.patience.repeats:
        return PostingState.PENDING  # the very same bytes: if they arrived, they are recognised
    return PostingState.UNKNOWN
