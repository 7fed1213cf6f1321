"""Event: what a source told us, kept as it came."""

import hashlib
from dataclasses import field, replace
from enum import StrEnum

from service.domain.frozen import frozen
from service.domain.sequence import Numbered, Sequencing


class Format(StrEnum):
    """How the bytes of an event are to be read."""

    HL7V2 = "hl7v2"
    FHIR = "fhir"


#: MSH-11.1 of what was really done.
PRODUCTION = "P"
#: Of what is marked as test data in FHIR, too.
TRAINING = "T"


@frozen
class Arrival:
    """A message at the door: read far enough to be answered, not yet stored.

    `quarantine` says why nothing further is done with it; it is then stored and answered all the same.
    """

    format: Format
    sender: str  # MSH-3|MSH-4, or the name of the API client
    facility: str
    message_type: str  # MSH-9 as "ORU^R01", or the FHIR resource type
    control_id: str  # MSH-10, or "Procedure/123"; "" when there is none
    body: bytes = field(repr=False)  # as received
    answer: bytes = field(repr=False)  # the ACK or the OperationOutcome, fixed before the commit
    quarantine: str = ""  # no patient data
    feed: str = ""  # the feed it is to be read by, when the receiver already knows
    taken_by: str = ""  # the feed that fits it as it comes, for the tally; "" = none does
    refused: bool = False  # its sender is told that it is not taken: AE, AR, HTTP 4xx
    peer: str = ""  # HOST:PORT that it came from over MLLP, or the API client; "" = it was a file, or fetched
    charset: str = ""  # said by the transport: it wins over what the message says
    processing_id: str = PRODUCTION  # MSH-11.1: what is not P is never charged
    application_ack: str = ""  # MSH-16, where an acknowledgement is to follow when it has been read
    numbered: Numbered | None = None  # MSH-13, where the sender numbers its messages
    sequencing: Sequencing = Sequencing.NEXT  # how that number stands to those before it

    @property
    def digest(self) -> str:
        """SHA-256 of the body, in hex."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def is_refused_out_of_sequence(self) -> bool:
        """Whether it is refused for its number (MSH-13)."""
        return self.refused and self.sequencing is not Sequencing.NEXT

    def turned_away(self, reason: str, answer: bytes) -> "Arrival":
        """The same, refused for now: when it comes again, it is taken as a new one, and so without an id."""
        return replace(
            self, control_id="", answer=answer, quarantine=reason, refused=True, application_ack=""
        )


@frozen
class Event:
    """A stored arrival: the job of reading it is its row."""

    id: str
    facility: str
    format: Format
    sender: str
    message_type: str
    control_id: str
    received_at: float  # seconds since the epoch, UTC
    sequence: int  # order of arrival at this store
    body: bytes = field(repr=False)
    attempts: int = 0
    feed: str = ""
    charset: str = ""
    processing_id: str = PRODUCTION  # MSH-11.1
