"""Post: send what was approved, once. What billing may or may not hold is left to a person.

The claim is committed, with the very bytes, before the first byte leaves; the outcome is committed after. A
service that dies in between leaves a row that is `sending`, which becomes `unknown`.
"""

import random
from collections.abc import Mapping
from datetime import UTC, datetime

import structlog

from service.domain.answers import Patience
from service.domain.charge import Parcel, PostingState
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
from service.posting.destination import Destination
from service.store import Database
from service.store.postings import Posting

_log = structlog.get_logger()


def post(database: Database, destinations: Mapping[str, Destination], *, lease: float) -> int:
    """Post the oldest due charge; gives how many were tried (0 or 1)."""
    with database.transaction() as store:
        store.postings.abandon_lost()
        posting = store.postings.claim(sorted(destinations), lease)
    if posting is None:
        return 0
    destination = destinations[posting.destination]
    try:
        receipt = destination.send(_parcel(database, destination, posting))
    except PostingError as error:
        _record_failure(database, destination, posting, error)
    except LeaseLost:
        _log.warning("posting taken over", charge=posting.charge_key)
    except TryAgainLater:
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, bytes may have left
        failed = PostingUncertain(f"the service failed while sending ({type(error).__name__})")
        _record(database, posting, PostingState.UNKNOWN, failed, 0.0)
    else:
        with database.transaction() as store:
            store.postings.record(posting, PostingState.POSTED, receipt.note, answer=receipt.answer)
    return 1


def _parcel(database: Database, destination: Destination, posting: Posting) -> Parcel:
    """The bytes fixed at an earlier attempt, or new ones, committed before they may leave."""
    if posting.body is not None:
        return Parcel(posting.control_id, posting.body)
    with database.transaction() as store:
        charge = store.charges.get(posting.charge_key, posting.facility)
    parcel = destination.prepare([charge], posting.control_id, datetime.now(UTC))
    with database.transaction() as store:
        store.postings.fix(posting, parcel)
    return parcel


def _record_failure(
    database: Database, destination: Destination, posting: Posting, error: PostingError
) -> None:
    state = _state_after(destination, posting, error)
    delay = _backoff(destination.patience, posting.attempts) if state is PostingState.PENDING else 0.0
    _record(database, posting, state, error, delay)


def _record(
    database: Database, posting: Posting, state: PostingState, error: PostingError, delay: float
) -> None:
    _log.warning("charge not posted", charge=posting.charge_key, state=state.value, reason=str(error))
    uncertain = isinstance(error, PostingUncertain)
    try:
        with database.transaction() as store:
            store.postings.record(posting, state, str(error), delay=delay, uncertain=uncertain)
    except LeaseLost:
        _log.warning("posting taken over", charge=posting.charge_key)


def _state_after(destination: Destination, posting: Posting, error: PostingError) -> PostingState:
    if isinstance(error, PostingRefused):
        return PostingState.REFUSED
    if isinstance(error, PostingPutOff) and posting.attempts >= destination.patience.attempts:
        return PostingState.REFUSED
    if isinstance(error, PostingUnavailable):
        return PostingState.PENDING
    if isinstance(error, PostingRepeatable) and posting.attempts < destination.patience.repeats:
        return PostingState.PENDING  # the very same bytes: if they arrived, they are recognised
    return PostingState.UNKNOWN


def _backoff(patience: Patience, attempts: int) -> float:
    """Seconds until the next attempt: doubling, with jitter so that a returning receiver is not flooded."""
    wait = patience.first * 2.0 ** min(attempts - 1, 20)
    return min(patience.longest, wait) * random.uniform(0.5, 1.0)  # noqa: S311
