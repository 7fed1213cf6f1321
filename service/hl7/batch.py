"""Answers to payloads of several messages: as they came, with BHS and BTS where these had them.

What is wrong with an envelope is said in an acknowledgement of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.hl7.acknowledge import acknowledge, echo, own, time_text
from service.hl7.header import Header, read_header
from service.hl7.message import Segment
from service.hl7.payload import Envelope, Payload

_CONTROL_ID = 11  # BHS-11, FHS-11


@dataclass(frozen=True, slots=True)
class Complaint:
    """An envelope that is not as it should be."""

    envelope: Envelope
    messages: list[bytes] = field(repr=False)
    codec: str

    @property
    def body(self) -> bytes:
        """The envelope as it came."""
        return self.envelope.text.encode(self.codec, "surrogateescape")

    @property
    def reason(self) -> str:
        return "; ".join(map(str, self.envelope.faults))

    def answer(self, *, now: datetime, ack_id: str) -> bytes:
        """The acknowledgement that says so; MSA-2 is BHS-11. None is given to acknowledgements."""
        if self.messages and all(read_header(each).is_acknowledgement for each in self.messages):
            return b""
        return acknowledge(self.header(), "AE", self.envelope.faults, now=now, ack_id=ack_id)

    def header(self) -> Header:
        """BHS as an MSH would say it; with version and processing id of the first message."""
        first = read_header(self.messages[0] if self.messages else b"")
        if self.envelope.header:
            separators = self.envelope.separators
            fields = [self.envelope.value(n) for n in (3, 4, 5, 6)]
        else:
            separators = first.separators
            fields = [first.field(n) for n in (3, 4, 5, 6)]
        control_id = self.envelope.value(_CONTROL_ID)
        line = ["MSH", str(separators), *fields, "", "", "", control_id, first.value(11), first.value(12)]
        return Header(Segment("MSH", 1, separators.field.join(line), separators), self.codec)


def complaints(payload: Payload) -> list[Complaint]:
    """What is wrong with the envelopes, one for each that is."""
    enveloped = [(batch.envelope, batch.messages) for batch in payload.batches]
    enveloped.append((payload.file, payload.messages))
    return [
        Complaint(envelope, messages, payload.codec) for envelope, messages in enveloped if envelope.faults
    ]


def answer_payload(
    payload: Payload, answers: Sequence[bytes], complained: Iterable[bytes], *, now: datetime, ack_id: str
) -> bytes:
    """One answer out of those to the messages and to the complaints, in order; b"" = none is wanted."""
    left, grievances = iter(answers), iter(complained)
    parts: list[str] = []
    anything = not answers  # an empty batch is answered by an empty one
    for number, batch in enumerate(payload.batches, 1):
        inside = [next(left) for _ in batch.messages]
        inside += [next(grievances)] if batch.envelope.faults else []
        said = [_text(answer, payload) for answer in inside if answer]
        anything = anything or bool(said)
        parts += _around("B", batch.envelope, said, len(said), now, f"{ack_id}-{number}")
    said = [_text(answer, payload) for answer in grievances if answer]
    if not (anything or said):
        return b""
    whole = _around("F", payload.file, [*parts, *said], len(payload.batches), now, ack_id)
    return "".join(whole).encode(payload.codec, "surrogateescape")


def _text(answer: bytes, payload: Payload) -> str:
    return answer.decode(payload.codec, "surrogateescape")


def _around(
    kind: str, received: Envelope, parts: list[str], count: int, now: datetime, ack_id: str
) -> Iterator[str]:
    """The parts, in an envelope of ours where the sender's had one."""
    if not received:
        yield from parts
        return
    separators = received.separators
    names = [echo(received.value(n)) for n in (5, 6, 3, 4)]  # who received answers who sent
    time = time_text(now.replace(microsecond=0), separators)
    ids = [own(ack_id, separators), echo(received.value(_CONTROL_ID))]
    yield separators.field.join([f"{kind}HS", str(separators), *names, time, "", "", "", *ids]) + "\r"
    yield from parts
    comment = own("; ".join(fault.message for fault in received.faults), separators)
    yield separators.field.join([f"{kind}TS", str(count), *([comment] if comment else [])]) + "\r"
