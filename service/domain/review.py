"""The review queue: lines that wait for a person, as they are stored and shown."""

from dataclasses import dataclass, field, replace
from typing import Any

from service.domain.charge import OPEN, CandidateStatus, ChargeKind, Origin
from service.domain.frozen import frozen

#: What the slots of lines begin with that a person added.
BY_HAND = "hand:"
#: In the content of a line: who approved it first of two.
FIRST_BY = "first_approved_by"


@frozen
class Line:
    """One line of the queue as the mapping would have it now, for one procedure.

    `slot` says which line of the procedure it is: a later line of the same slot takes its place.
    """

    slot: str
    status: CandidateStatus  # proposed or waiting
    origin: Origin
    table: str
    table_hash: str
    row: int
    code: str  # "" while a question is open
    units: int
    modifiers: tuple[str, ...]
    service_date: str
    content: dict[str, Any] = field(repr=False)  # JSON: because, evidence, questions, elements, context, ...
    kind: ChargeKind = ChargeKind.CHARGE
    corrects: str = ""  # candidate whose charge this line replaces or takes back


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored line."""

    id: str
    sequence: int
    facility: str
    procedure_id: str
    slot: str
    kind: ChargeKind
    status: CandidateStatus
    origin: Origin
    table: str
    table_hash: str
    mappings_digest: str  # of the folder that made the line
    row: int
    code: str
    units: int
    modifiers: tuple[str, ...]
    service_date: str
    corrects: str
    basis: str
    money: str
    claimed_by: str
    claimed_until: float
    version: int
    created_at: float
    updated_at: float
    payer: str  # kind of payer; "" = not documented
    provider_key: str  # keyed hash of the performer's identifier; "" = not documented
    assigned_to: str
    held_until: float  # 0 = not held
    asked: int  # questions to the clinician that wait for an answer
    undo_until: float  # until when an approval is held back from posting
    content: dict[str, Any] = field(repr=False)

    @property
    def live(self) -> bool:
        """Whether it still waits for a person."""
        return self.status in OPEN

    def unapproved(self) -> "Candidate":
        """The line as it waits for a person after a change: who approved it first has not approved this."""
        can_be_approved = self.code and not self.asked
        return replace(
            self,
            status=CandidateStatus.PROPOSED if can_be_approved else CandidateStatus.WAITING,
            content={name: value for name, value in self.content.items() if name != FIRST_BY},
        )
