"""Charges as HL7 messages over MLLP."""

import queue
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from service.domain.answers import SAFE_ACTIONS, Behaviour, Outcome, Patience
from service.domain.charge import Charge, Parcel, Receipt
from service.domain.errors import (
    PostingPutOff,
    PostingRefused,
    PostingRepeatable,
    PostingUncertain,
    UnreadableInput,
)
from service.domain.layout import Layout
from service.hl7 import Acknowledgement, build_message, read_ack, validate_message
from service.mllp import Connection
from service.posting.breaker import Breaker

_ERRORS = frozenset({"AE", "CE"})
#: Table 0357: record locked, internal error. The receiver could not, just now.
_TRANSIENT = frozenset({"206", "207"})


class DftOverMllp:
    """Connections to a billing system; one message in flight on each."""

    def __init__(
        self,
        connections: Sequence[Connection],
        layout: Layout,
        actions: Mapping[Behaviour, Outcome] = SAFE_ACTIONS,
        patience: Patience = Patience(),  # noqa: B008  frozen
    ) -> None:
        self.patience = patience
        self.breaker = Breaker(patience)
        self.per_visit = layout.per_visit
        self.connections = len(connections)
        self._layout = layout
        self._actions = actions
        self._all = connections
        self._free: queue.LifoQueue[Connection] = queue.LifoQueue()
        for connection in connections:
            self._free.put(connection)

    def prepare(self, charges: Sequence[Charge], control_id: str, now: datetime) -> Parcel:
        """Build the message, and read it back with a second parser before it may leave."""
        body = build_message(charges, self._layout, control_id=control_id, now=now)
        validate_message(body, self._layout)
        return Parcel(control_id, body)

    def is_ours(self, body: bytes) -> bool:
        """Whether it is HL7."""
        return body.startswith(b"MSH")

    def send(self, parcel: Parcel) -> Receipt:
        """Exchange the message for its ACK; an answer to another message settles nothing."""
        with self._connection() as connection:
            try:
                answer = connection.exchange(parcel.body)
                return judge(_read(answer), parcel.control_id, answer, self._actions)
            except PostingUncertain as error:
                # What else comes on this connection could be credited to the wrong message.
                connection.close()
                if self._actions[error.behaviour] is Outcome.RETRY:
                    raise PostingRepeatable(str(error), error.behaviour, error.answer) from error
                raise

    def tend(self) -> None:
        """Nothing is ever due."""

    def close(self) -> None:
        """Close the connections."""
        for connection in self._all:
            connection.close()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        connection = self._free.get()
        try:
            yield connection
        finally:
            self._free.put(connection)


def _read(answer: bytes) -> Acknowledgement:
    try:
        return read_ack(answer)
    except UnreadableInput as error:
        raise PostingUncertain(str(error), Behaviour.GARBAGE, answer) from error


def judge(
    acknowledgement: Acknowledgement, control_id: str, answer: bytes, actions: Mapping[Behaviour, Outcome]
) -> Receipt:
    """What an acknowledgement says of the message with this MSH-10, by the action table of its receiver."""
    if acknowledgement.control_id != control_id:  # MSA-2
        what = "billing acknowledged another message (MSA-2)"
        raise PostingUncertain(what, Behaviour.OTHER_MESSAGE, answer)
    behaviour = behaviour_of(acknowledgement)
    if behaviour is None:
        what = "billing's answer is no acknowledgement code (MSA-1)"
        raise PostingUncertain(what, Behaviour.GARBAGE, answer)
    said = f"billing answered {acknowledgement.code}"
    outcome = actions[behaviour]
    if outcome in (Outcome.POSTED, Outcome.AWAIT):
        return Receipt(answer, acknowledgement.code, awaits_verdict=outcome is Outcome.AWAIT)
    if outcome is Outcome.REFUSED:
        raise PostingRefused(f"{said}: {_safe(acknowledgement)}", answer)
    if outcome is Outcome.RETRY:
        raise PostingPutOff(f"{said}: {_safe(acknowledgement)}")
    raise PostingUncertain(f"{said}: {_safe(acknowledgement)}", behaviour, answer)


def behaviour_of(acknowledgement: Acknowledgement) -> Behaviour | None:
    """How the receiver behaved; None = MSA-1 holds no acknowledgement code."""
    code = acknowledgement.code  # MSA-1
    if code in _ERRORS and _TRANSIENT & set(acknowledgement.error_codes):
        return Behaviour.NOT_NOW
    known = {each.value: each for each in Behaviour if each.value.isupper()}
    return known.get(code)


def _safe(acknowledgement: Acknowledgement) -> str:
    """Billing's error codes. Its free text may quote the patient: that stays in the sealed answer."""
    return ", ".join(acknowledgement.error_codes) or "no error code given"
