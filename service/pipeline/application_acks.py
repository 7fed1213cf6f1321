"""Later acknowledgements of enhanced mode: when a message has been read, its sender is told how that went.

The row that says so was committed with the message. Every attempt has the same MSH-10: who gets it twice can
tell.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from service import hl7
from service.domain.errors import Fault, PostingError, UnreadableInput
from service.hl7.acknowledge import acknowledge_later
from service.hl7.header import read_header
from service.hl7.modes import is_wanted
from service.mllp import Connection
from service.store import Database
from service.store.application_acks import OwedAck

_AT_ONCE = 50
_SECONDS = 20.0  # of one turn; the rest waits for the next
_MOST_ATTEMPTS = 15
_FIRST_DELAY, _LONGEST_DELAY = 5.0, 3600.0
_FAILED = "quarantined"
_log = structlog.get_logger()


def send_application_acks(database: Database, connect: Callable[[str], Connection], *, lease: float) -> int:
    """Send what is due to one address; gives how many were dealt with."""
    with database.transaction() as store:
        claimed = store.application_acks.claim(_AT_ONCE, lease)
    if not claimed:
        return 0
    until = time.monotonic() + _SECONDS
    done = 0
    with connect(claimed[0].address) as connection:
        for owed in claimed:
            if not _deal_with(database, connection, owed) or time.monotonic() > until:
                break
            done += 1
    with database.transaction() as store:
        store.application_acks.give_back(claimed[done + 1 :])
    return min(done + 1, len(claimed))


def _deal_with(database: Database, connection: Connection, owed: OwedAck) -> bool:
    """Send one, or see that it is not wanted; whether its address is still good for more."""
    failed = owed.event_state == _FAILED
    if not is_wanted(owed.wanted, failed=failed):
        with database.transaction() as store:
            store.application_acks.finish(owed, "not_wanted")
        return True
    try:
        answer = hl7.read_ack(connection.exchange(_message(database, owed, failed=failed)))
    except (PostingError, UnreadableInput) as error:
        _put_off(database, owed, str(error))
        return False
    if answer.control_id.strip() != owed.control_id:
        _put_off(database, owed, "the answer is to another message (MSA-2)")
        return False
    is_taken = answer.code in {"AA", "CA"}
    with database.transaction() as store:
        note = "" if is_taken else f"answered {answer.code} {' '.join(answer.error_codes)}".strip()
        store.application_acks.finish(owed, "sent" if is_taken else "failed", note)
    return True


def _message(database: Database, owed: OwedAck, *, failed: bool) -> bytes:
    with database.look() as store:
        event = store.events.get(owed.event_id, owed.facility)
    header = read_header(event.body, event.charset or None)
    faults = [Fault("", "207", owed.reason)] if failed else []
    code = "AE" if failed else "AA"
    return acknowledge_later(header, code, faults, now=datetime.now(UTC), ack_id=owed.control_id)


def _put_off(database: Database, owed: OwedAck, note: str) -> None:
    with database.transaction() as store:
        if owed.attempts + 1 >= _MOST_ATTEMPTS:
            store.application_acks.finish(owed, "failed", note)
            _log.warning("application acknowledgement given up", address=owed.address, reason=note)
        else:
            delay = min(_FIRST_DELAY * 2**owed.attempts, _LONGEST_DELAY)
            store.application_acks.retry_later(owed, delay, note)
