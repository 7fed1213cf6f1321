"""Receive: store what came as it came, with its answer, in one commit; only then is the answer given."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from service import fhir, hl7
from service.domain.errors import Collision, TryAgainLater
from service.domain.event import PRODUCTION, Arrival, Format
from service.domain.feed import Feed
from service.domain.ids import new_control_id
from service.hl7.batch import Complaint, answer_payload, complaints
from service.hl7.modes import as_asked
from service.hl7.payload import Payload, read_payload
from service.jobs import CHART
from service.mllp import Origin
from service.pipeline.fitting import feed_finder
from service.pipeline.senders import Allowed, lenient, nowhere
from service.pipeline.sequence import IsStrict, in_sequence
from service.store import Database
from service.store.users import ALL_FACILITIES

_MOST_MESSAGES = 10_000  # in one batch: they are committed together
#: Ends the reason of a message that cannot be read again, since it is not there.
ONLY_ITS_BEGINNING = "only its beginning is kept, so the sender must send it again"
NOT_ON_THE_LIST = "this sender is not on the list of those that may send, or not with this certificate"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Source:
    """Whose a message is, as its feed says."""

    feed: str  # "" = no feed takes it
    facility: str


@dataclass(frozen=True)
class Door:
    """Where messages come in."""

    database: Database
    facility: str  # of messages whose feed names none
    source_of: Callable[[Format, str, str], Source]  # by format, message type and sender
    wake: Callable[[str], None]  # told after the commit that a queue has work
    is_original: Callable[[str, str], bool] = as_asked  # by MSH-3 and MSH-4: answered by AA, AE, AR anyhow
    is_allowed: Allowed | None = None  # over MLLP; None = everybody is
    is_strict: IsStrict = lenient  # whose numbered messages (MSH-13) are refused out of sequence
    acks_to: Callable[[str], str] = nowhere  # HOST:PORT for later acknowledgements, by MSH-3|MSH-4

    def receive_frames(self, frames: Sequence[tuple[bytes, Origin]]) -> list[bytes]:
        """Take a group of HL7 messages, given as (body, origin); gives their ACKs, "" = none is sent.

        Never raises for what is in a message. When the database cannot commit, nothing was kept and each
        sender is told to send again.
        """
        parcels = [self._unpack(body, peer=origin.address) for body, origin in frames]
        if self.is_allowed:
            for parcel, (_body, origin) in zip(parcels, frames, strict=True):
                parcel.arrivals = [self._let_in(each, origin, self.is_allowed) for each in parcel.arrivals]
        arrivals = [arrival for parcel in parcels for arrival in parcel.arrivals]
        try:
            answers = iter(self.store(arrivals))
        except TryAgainLater as error:
            _log.error("messages not stored", count=len(arrivals), error=str(error))
            now = datetime.now(UTC)
            answers = iter([self._busy(each.body, now) for each in arrivals])
        return [parcel.answer(answers) for parcel in parcels]

    def receive_hl7(
        self,
        body: bytes,
        *,
        charset: str | None = None,
        facility: str = ALL_FACILITIES,
        feed: Feed | None = None,
        peer: str = "",
    ) -> bytes:
        """Take what one request or file holds: a message, several, or a batch. Raises TryAgainLater.

        `feed` is the one by which all of it is to be read; None = each message by the one that fits.
        """
        parcel = self._unpack(body, charset, facility, peer)
        if feed:
            source = Source(feed.name, feed.facility or self.facility)
            parcel = replace(parcel, arrivals=[_read_by(source, each) for each in parcel.arrivals])
        return parcel.answer(iter(self.store(parcel.arrivals)))

    def refuse_frame(self, head: bytes, problem: str, peer: str = "") -> bytes:
        """Answer a frame that never came whole; its head is kept."""
        code, text = _REFUSALS[problem]
        answer = self._refusal(head, code, text)
        reason = f"{text}; {ONLY_ITS_BEGINNING}"
        arrival = self._unnamed(head, answer, reason, peer)
        try:
            return self.store([arrival])[0]
        except TryAgainLater as error:
            # A refusal promises nothing: what was refused is kept if it can be.
            _log.error("refused frame not kept", error=str(error))
            return answer

    def hl7_arrival(
        self, body: bytes, *, charset: str | None = None, facility: str = ALL_FACILITIES, peer: str = ""
    ) -> Arrival:
        """Read an HL7 message as far as its answer needs."""
        admission = hl7.admit(
            body,
            charset=charset,
            now=datetime.now(UTC),
            ack_id=new_control_id(),
            is_original=self.is_original,
        )
        source = self.source_of(Format.HL7V2, admission.message_type, admission.sender)
        speaks_for = self.facility if facility == ALL_FACILITIES else facility
        return Arrival(
            format=Format.HL7V2,
            sender=admission.sender,
            facility=source.facility if facility == ALL_FACILITIES else facility,
            message_type=admission.message_type,
            control_id=admission.control_id,
            body=body,
            answer=admission.answer,
            quarantine=admission.quarantine,
            taken_by=source.feed,
            refused=any(fault.severity == "error" for fault in admission.faults),
            peer=peer,
            charset=charset or "",
            application_ack=admission.later,
            processing_id=admission.processing_id[:1] or PRODUCTION,
            numbered=replace(admission.numbered, facility=speaks_for) if admission.numbered else None,
        )

    def _unpack(
        self, body: bytes, charset: str | None = None, facility: str = ALL_FACILITIES, peer: str = ""
    ) -> "_Parcel":
        payload = read_payload(body)
        if payload is None:
            return _Parcel([self.hl7_arrival(body, charset=charset, facility=facility, peer=peer)])
        messages = payload.messages
        if len(messages) + len(payload.batches) > _MOST_MESSAGES:
            return _Parcel([self._too_many(body, peer)])
        arrivals = [
            self.hl7_arrival(each, charset=charset, facility=facility, peer=peer) for each in messages
        ]
        owner = next((arrival.facility for arrival in arrivals), self.facility)
        return _Parcel(arrivals + [_complained(each, owner, peer) for each in complaints(payload)], payload)

    def _too_many(self, body: bytes, peer: str) -> Arrival:
        reason = f"more than {_MOST_MESSAGES} messages and batches in one payload: send it in parts"
        answer = self._refusal(body, "104", reason)
        return self._unnamed(body, answer, reason, peer)

    def _unnamed(self, body: bytes, answer: bytes, reason: str, peer: str) -> Arrival:
        """What is refused before its MSH is read."""
        return Arrival(Format.HL7V2, "", self.facility, "", "", body, answer, reason, refused=True, peer=peer)

    def _let_in(self, arrival: Arrival, origin: Origin, is_allowed: Allowed) -> Arrival:
        """A message as it is, or refused when its sender is not on the list."""
        if is_allowed(arrival.sender, origin.names):
            return arrival
        answer = self._refusal(arrival.body, "103", NOT_ON_THE_LIST, "MSH-3")
        return arrival.turned_away(f"MSH-3: {NOT_ON_THE_LIST}", answer)

    def _refusal(self, head: bytes, code: str, text: str, location: str = "") -> bytes:
        return hl7.refusal(
            head,
            code=code,
            text=text,
            location=location,
            now=datetime.now(UTC),
            ack_id=new_control_id(),
            is_original=self.is_original,
        )

    def _busy(self, body: bytes, now: datetime) -> bytes:
        return hl7.busy(body, now=now, ack_id=new_control_id(), is_original=self.is_original)

    def fhir_arrival(
        self, admission: fhir.Admission, body: bytes, *, sender: str, facility: str = ALL_FACILITIES
    ) -> Arrival:
        """What was made of FHIR at the door, to be stored."""
        return Arrival(
            format=Format.FHIR,
            sender=sender,
            facility=self.facility if facility == ALL_FACILITIES else facility,
            message_type=admission.message_type,
            control_id=admission.control_id,
            body=body,
            answer=admission.answer,
            quarantine=admission.quarantine,
            taken_by=self.source_of(Format.FHIR, admission.message_type, sender).feed,
            refused=bool(admission.quarantine),
            processing_id=admission.processing_id,
        )

    def store(self, arrivals: Sequence[Arrival]) -> list[bytes]:
        """Commit a group, and ring for whoever reads it; gives the answers."""
        try:
            return self._commit(arrivals)
        except Collision:  # another process took one of these messages at the same moment: now it is known
            return self._commit(arrivals)

    def _commit(self, arrivals: Sequence[Arrival]) -> list[bytes]:
        with self.database.transaction() as store:
            arrivals = in_sequence(store, arrivals, self.is_original, self.is_strict)
            received = store.events.receive(arrivals)
            if any(arrival.application_ack for arrival in arrivals):
                stored = zip((event_id for event_id, _answer in received), arrivals, strict=True)
                store.application_acks.owe(stored, self.acks_to)
        self.wake(CHART)
        return [answer for _id, answer in received]


@dataclass(slots=True)
class _Parcel:
    """What came in one frame or one request."""

    arrivals: list[Arrival]  # its messages, and then what is wrong with their envelopes
    payload: Payload | None = None  # None = it is one message

    def answer(self, answers: Iterator[bytes]) -> bytes:
        """The one answer out of those to its arrivals, which are taken off `answers`."""
        own = [next(answers) for _ in self.arrivals]
        if self.payload is None:
            return own[0]
        count = len(self.payload.messages)
        now = datetime.now(UTC)
        return answer_payload(self.payload, own[:count], own[count:], now=now, ack_id=new_control_id())


def _read_by(source: Source, arrival: Arrival) -> Arrival:
    return replace(arrival, feed=source.feed, taken_by=source.feed, facility=source.facility)


def _complained(complaint: Complaint, facility: str, peer: str) -> Arrival:
    header = complaint.header()
    return Arrival(
        format=Format.HL7V2,
        sender=f"{header.value(3)}|{header.value(4)}",
        facility=facility,
        message_type=complaint.envelope.text[:3],
        control_id="",  # BHS-11 may be the MSH-10 of a message; the bytes tell a repeat as well
        body=complaint.body,
        answer=complaint.answer(now=datetime.now(UTC), ack_id=new_control_id()),
        quarantine=complaint.reason,
        refused=True,
        peer=peer,
    )


#: What was wrong with a frame -> (table 0357, what to say). 207 tells the sender that sending again may help.
_REFUSALS = {
    "too long": ("104", "the message is longer than this receiver takes"),
    "cut": ("207", "the message broke off, or began anew, before it ended"),
    "outside": (
        "100",
        "bytes came outside a message frame: 0x0B stands before a message, 0x1C 0x0D behind it",
    ),
    "slow": ("207", "the message did not come whole in time: a frame ends with 0x1C 0x0D"),
}


def sources(feeds: tuple[Feed, ...], default: str) -> Callable[[Format, str, str], Source]:
    """Which feed takes a message, and whose it is."""
    feed_of = feed_finder(feeds)

    def source_of(form: Format, message_type: str, sender: str) -> Source:
        feed = feed_of(form, message_type, sender)
        return Source(feed.name, feed.facility or default) if feed else Source("", default)

    return source_of
