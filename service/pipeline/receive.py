"""Receive: store what came as it came, with its answer, in one commit; only then is the answer given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import structlog

from service import hl7
from service.domain.errors import Collision, TryAgainLater
from service.domain.event import Arrival, Format
from service.domain.feed import Feed
from service.domain.ids import new_control_id
from service.jobs import CHART
from service.mapping import choose_feed
from service.store import Database

_ANY_FACILITY = "*"
_log = structlog.get_logger()


@dataclass(frozen=True)
class Door:
    """Where messages come in."""

    database: Database
    facility: str  # of messages whose feed names none
    facility_of: Callable[[str, str, str], str]  # by message type, MSH-3 and MSH-4
    wake: Callable[[str], None]  # told after the commit that a queue has work

    def receive_frames(self, frames: Sequence[tuple[bytes, str]]) -> list[bytes]:
        """Take a group of HL7 messages, given as (body, peer); gives their ACKs, "" = none is sent.

        Never raises for what is in a message. When the database cannot commit, nothing was kept and each
        sender is told to send again.
        """
        bodies = [body for body, _peer in frames]
        try:
            return self.store([self.hl7_arrival(body) for body in bodies])
        except TryAgainLater as error:
            _log.error("messages not stored", count=len(bodies), error=str(error))
            now = datetime.now(UTC)
            return [hl7.busy(body, now=now, ack_id=new_control_id()) for body in bodies]

    def refuse_frame(self, head: bytes, problem: str) -> bytes:
        """Answer a frame that never came whole; its head is kept."""
        code, text = _REFUSALS[problem]
        answer = hl7.refusal(head, code=code, text=text, now=datetime.now(UTC), ack_id=new_control_id())
        reason = f"{text}; only its beginning is kept, so the sender must send it again"
        arrival = Arrival(Format.HL7V2, "", self.facility, "", "", head, answer, reason)
        try:
            return self.store([arrival])[0]
        except TryAgainLater as error:
            # A refusal promises nothing: what was refused is kept if it can be.
            _log.error("refused frame not kept", error=str(error))
            return answer

    def hl7_arrival(
        self, body: bytes, *, charset: str | None = None, facility: str = _ANY_FACILITY
    ) -> Arrival:
        """Read an HL7 message as far as its answer needs."""
        admission = hl7.admit(body, charset=charset, now=datetime.now(UTC), ack_id=new_control_id())
        if facility == _ANY_FACILITY:
            facility = self.facility_of(
                admission.message_type, admission.sending_application, admission.sending_facility
            )
        return Arrival(
            format=Format.HL7V2,
            sender=f"{admission.sending_application}|{admission.sending_facility}",
            facility=facility,
            message_type=admission.message_type,
            control_id=admission.control_id,
            body=body,
            answer=admission.answer,
            quarantine=admission.quarantine,
            charset=charset or "",
            processing_id="P" if admission.processing_id in ("", "P") else admission.processing_id[:1],
        )

    def store(self, arrivals: Sequence[Arrival]) -> list[bytes]:
        """Commit a group, and ring for whoever reads it; gives the answers."""
        try:
            return self._commit(arrivals)
        except Collision:  # another process took one of these messages at the same moment: now it is known
            return self._commit(arrivals)

    def _commit(self, arrivals: Sequence[Arrival]) -> list[bytes]:
        with self.database.transaction() as store:
            answers = [answer for _id, answer in store.events.receive(arrivals)]
        self.wake(CHART)
        return answers


#: What was wrong with a frame -> (table 0357, what to say). 207 tells the sender that sending again may help.
_REFUSALS = {
    "too long": ("104", "the message is longer than this receiver takes"),
    "cut": ("207", "the message broke off, or began anew, before it ended"),
    "outside": ("100", "bytes came outside a message frame: begin it with 0x0B, end it with 0x1C 0x0D"),
    "slow": ("207", "the message did not come whole in time: a frame ends with 0x1C 0x0D"),
}


def facilities(feeds: tuple[Feed, ...], default: str) -> Callable[[str, str, str], str]:
    """Which facility a message belongs to, by its feed. Remembers: sources are few, and this is hot."""

    @lru_cache(maxsize=1024)
    def facility_of(message_type: str, application: str, facility: str) -> str:
        fields = {"MSH-3": application, "MSH-4": facility}
        feed = choose_feed(feeds, format=Format.HL7V2, message_type=message_type, fields=fields)
        return (feed.facility if feed else "") or default

    return facility_of
