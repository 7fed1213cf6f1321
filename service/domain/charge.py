"""CandidateCharge -> Decision -> Charge -> Posting: from a proposal to billing."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from service.domain.codes import DiagnosisCode, Modifier, ProcedureCode
from service.domain.documentation import BillingContext, DocumentedElement
from service.domain.errors import IncompleteCharge
from service.domain.frozen import frozen


class Origin(StrEnum):
    """Where a candidate's code comes from."""

    MAPPED = "mapped"  # a decision table
    STATED = "stated"  # the sender
    CODER = "coder"  # a person changed it


@frozen
class CandidateCharge:
    """A code that a mapping proposes; a person decides."""

    code: str
    table: str  # the file that proposes it, or "stated"
    row: int  # 1-based; 0 = no row (stated)
    units: int = 1
    modifiers: tuple[str, ...] = ()
    origin: Origin = Origin.MAPPED
    because: tuple[str, ...] = ()  # one sentence a deciding fact
    evidence: tuple[DocumentedElement, ...] = ()  # the elements that decided
    beside: str = ""  # an add-on: the code that it stands beside
    most_a_day: int = 0  # units of the code for its patient and day of service; 0 = no limit


@frozen
class Excluded:
    """A code that a table would propose, and that another's `never_with` shuts out."""

    code: str
    table: str
    by_code: str
    by_table: str


@frozen
class Question:
    """What the clinician would have to document before a code may stand (or, not blocking, to confirm it)."""

    element: str
    wording: str
    blocking: bool
    between: tuple[str, ...] = ()  # the codes that it would decide between
    table: str = ""
    conflict: bool = False  # documented twice, differently


@frozen
class Proposal:
    """What one table makes of one procedure: candidates, or questions, or both (confirmations)."""

    table: str
    table_hash: str  # SHA-256 of the file that was used
    candidates: tuple[CandidateCharge, ...] = ()
    questions: tuple[Question, ...] = ()
    excluded: tuple[Excluded, ...] = ()


class CandidateStatus(StrEnum):
    """The life of a line in the review queue."""

    PROPOSED = "proposed"  # has a code; a coder may decide
    WAITING = "waiting"  # a question is open: there is no code, or it is not decided on yet
    SECOND_REVIEW = "second_review"  # approved once; another person must confirm it
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"  # later documentation took its place


#: What waits for a person.
OPEN = (CandidateStatus.PROPOSED, CandidateStatus.WAITING, CandidateStatus.SECOND_REVIEW)


class Verdict(StrEnum):
    """What a person did to a candidate."""

    APPROVE = "approve"
    CHANGE = "change"
    REJECT = "reject"
    FIRST_APPROVAL = "first_approval"  # of two
    ADD = "add"
    SPLIT = "split"
    HOLD = "hold"
    UNHOLD = "unhold"
    TAKE_OVER = "take_over"
    UNDO_APPROVAL = "undo_approval"
    UNDO_REJECTION = "undo_rejection"
    UNDO_FIRST = "undo_first"  # of two approvals


class ChargeKind(StrEnum):
    """FT1-6."""

    CHARGE = "CG"
    CREDIT = "CD"


@dataclass(frozen=True, slots=True)
class Charge:
    """What was approved: this, and nothing else, goes to billing."""

    key: str  # FT1-2, at most 12 characters, ours, never reused
    facility: str
    code: ProcedureCode  # FT1-25
    units: int  # FT1-10
    service_date: str  # FT1-4, YYYY-MM-DD
    context: BillingContext = field(repr=False)
    modifiers: tuple[Modifier, ...] = ()  # FT1-26, order affects payment
    diagnoses: tuple[DiagnosisCode, ...] = ()  # FT1-19, pointer order
    approved_by: str = ""  # FT1-24
    kind: ChargeKind = ChargeKind.CHARGE  # FT1-6
    reverses: str = ""  # key of the charge that a credit takes back
    replaces: str = ""  # key of the charge in whose place it stands: billing held that one

    def __post_init__(self) -> None:
        missing = [
            name
            for name, value in (
                ("patient id (PID-3)", self.context.patient_id),
                (
                    "visit or account number (PV1-19, PID-18)",
                    self.context.visit_number or self.context.account_number,
                ),
                ("service date", self.service_date),
            )
            if not value
        ]
        if missing:
            raise IncompleteCharge(tuple(missing))
        if self.units < 1:
            raise ValueError(f"{self.units} is no quantity")
        try:
            date.fromisoformat(self.service_date)
        except ValueError:
            raise ValueError("the service date is no date") from None

    @property
    def service(self) -> tuple[str, tuple[str, ...], str]:
        """What may be charged once for a procedure: code, modifiers and day."""
        return self.code.value, tuple(modifier.value for modifier in self.modifiers), self.service_date


class PostingState(StrEnum):
    """Where an approved charge stands on its way to billing."""

    PENDING = "pending"  # not sent yet, or billing was unavailable: tried again
    SENDING = "sending"  # leased by a worker; bytes may be on the wire
    AWAITING = "awaiting"  # billing keeps the message, and says later what became of the charge
    POSTED = "posted"
    REFUSED = "refused"  # billing said no, or it cannot be built: a person looks
    UNKNOWN = "unknown"  # bytes left, no lawful answer came: a person decides
    CANCELLED = "cancelled"  # taken back before any byte left


@dataclass(frozen=True, slots=True)
class Parcel:
    """A charge made ready for one destination: fixed before the first byte is sent."""

    control_id: str  # MSH-10, or the identifier of If-None-Exist
    body: bytes = field(repr=False)
    sent_before: bool = False  # once, at least; it may have arrived
    may_be_held: bool = False  # an attempt ended without a lawful answer, and nobody has settled it since


@dataclass(frozen=True, slots=True)
class Receipt:
    """Billing's answer to a parcel that was accepted."""

    answer: bytes = field(repr=False)
    note: str = ""  # no patient data: "AA", "201 Created"
    awaits_verdict: bool = False  # the receiver keeps it, and says later what became of it
