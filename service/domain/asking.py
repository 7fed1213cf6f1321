"""Asking: a question that a coder puts to a clinician, and the answer: documentation like any other."""

from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.documentation import Value

UNABLE = "unable_to_determine"


class AskedState(StrEnum):
    """How a question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"  # nobody waits for it any more, or its answer counts no more
    OVERTAKEN = "overtaken"  # later documentation left nothing to ask


@dataclass(frozen=True, slots=True)
class Answer:
    """What a clinician said, as a coder wrote it down."""

    values: tuple[Value, ...]  # of the vocabulary; none = cannot be determined
    text: str = field(repr=False)  # the words; where none were written down, the value
    answered_by: str = field(repr=False)
    answered_at: str  # ISO 8601
    mark: str  # sorts among event ids: what came before it is overruled


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a clinician."""

    id: str
    sequence: int
    facility: str
    procedure_id: str
    candidate_id: str  # of which it was asked
    slot: str
    table: str
    element: str
    state: AskedState
    asked_by: str
    asked_at: float
    recorded_by: str
    recorded_at: float
    version: int
    wording: str
    note: str = field(repr=False)  # of the coder; may name the patient
    answer: Answer | None = field(default=None, repr=False)
