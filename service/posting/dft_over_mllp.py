"""Charges as DFT^P03 over MLLP."""

import threading
from dataclasses import dataclass
from datetime import datetime

from service.domain.charge import Charge, Parcel, Receipt
from service.domain.errors import PostingPutOff, PostingRefused, PostingUncertain, UnreadableInput
from service.hl7 import Acknowledgement, build_dft, read_ack, validate_dft
from service.mllp import Connection

_ACCEPTED = frozenset({"AA", "CA"})
_ERRORS = frozenset({"AE", "CE"})
_REFUSED = _ERRORS | {"AR", "CR"}
#: Table 0357: record locked, internal error. The receiver could not, just now.
_TRANSIENT = frozenset({"206", "207"})


@dataclass(frozen=True, slots=True)
class Addressing:
    """How the messages are addressed."""

    sending: tuple[str, str]  # MSH-3, MSH-4
    receiving: tuple[str, str]  # MSH-5, MSH-6
    processing_id: str = "P"  # MSH-11


class DftOverMllp:
    """One connection to a billing system; one message in flight on it."""

    def __init__(self, connection: Connection, addressing: Addressing, *, deduplicates: bool) -> None:
        self.deduplicates = deduplicates
        self._connection = connection
        self._addressing = addressing
        self._lock = threading.Lock()

    def prepare(self, charge: Charge, control_id: str, now: datetime) -> Parcel:
        """Build the message, and read it back with a second parser before it may leave."""
        body = build_dft(
            charge,
            control_id=control_id,
            now=now,
            sending=self._addressing.sending,
            receiving=self._addressing.receiving,
            processing_id=self._addressing.processing_id,
        )
        validate_dft(body)
        return Parcel(control_id, body)

    def send(self, parcel: Parcel) -> Receipt:
        """Exchange the message for its ACK; an answer to another message settles nothing."""
        with self._lock:
            answer = self._connection.exchange(parcel.body)
            try:
                acknowledgement = read_ack(answer)
                return judge(acknowledgement, parcel.control_id, answer)
            except (UnreadableInput, PostingUncertain) as error:
                # What else comes on this connection could be credited to the wrong message.
                self._connection.close()
                raise PostingUncertain(str(error)) from error

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()


def judge(acknowledgement: Acknowledgement, control_id: str, answer: bytes) -> Receipt:
    """What an acknowledgement says of the message with this MSH-10."""
    if acknowledgement.control_id != control_id:  # MSA-2
        raise PostingUncertain("billing acknowledged another message (MSA-2)")
    code = acknowledgement.code  # MSA-1
    if code in _ACCEPTED:
        return Receipt(answer, code)
    if code not in _REFUSED:
        raise PostingUncertain("billing's answer is no acknowledgement code (MSA-1)")
    if code in _ERRORS and _TRANSIENT & set(acknowledgement.error_codes):
        raise PostingPutOff(f"billing answered {code} {'/'.join(acknowledgement.error_codes)}")
    raise PostingRefused(f"billing answered {code}: {_safe(acknowledgement)}")


def _safe(acknowledgement: Acknowledgement) -> str:
    """Billing's error codes. Its free text may quote the patient: that stays in the sealed answer."""
    return ", ".join(acknowledgement.error_codes) or "no error code given"
