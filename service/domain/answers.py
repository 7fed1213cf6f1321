"""How a receiver of charges can behave, and what follows: the action table of each destination."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Outcome(StrEnum):
    """What follows from how a receiver behaved."""

    POSTED = "posted"  # it has the charge
    REFUSED = "refused"  # it has not, and a person looks
    RETRY = "retry"  # the same bytes again, later, and not for ever
    UNKNOWN = "unknown"  # nobody knows: a person decides
    AWAIT = "await"  # it has the message; its verdict comes later, on a connection of its own


class Behaviour(StrEnum):
    """How a receiver can answer a message, or not."""

    AA = "AA"
    AE = "AE"
    AR = "AR"
    CA = "CA"
    CE = "CE"
    CR = "CR"
    NOT_NOW = "not_now"  # AE or CE with ERR-3 206 (locked) or 207 (internal error)
    NO_ANSWER = "no_answer"  # none in time, or the connection broke after the first byte had left
    GARBAGE = "garbage"  # what is no acknowledgement
    OTHER_MESSAGE = "other_message"  # MSA-2 is not our MSH-10
    SEVERAL_ANSWERS = "several_answers"


#: After these nobody knows whether the receiver has the charge.
SILENCES = (Behaviour.NO_ANSWER, Behaviour.GARBAGE, Behaviour.OTHER_MESSAGE, Behaviour.SEVERAL_ANSWERS)

SAFE_ACTIONS: Mapping[Behaviour, Outcome] = MappingProxyType(
    {
        Behaviour.AA: Outcome.POSTED,
        Behaviour.CA: Outcome.POSTED,
        Behaviour.AE: Outcome.REFUSED,
        Behaviour.AR: Outcome.REFUSED,
        Behaviour.CE: Outcome.REFUSED,
        Behaviour.CR: Outcome.REFUSED,
        Behaviour.NOT_NOW: Outcome.RETRY,
        Behaviour.NO_ANSWER: Outcome.UNKNOWN,
        Behaviour.GARBAGE: Outcome.UNKNOWN,
        Behaviour.OTHER_MESSAGE: Outcome.UNKNOWN,
        Behaviour.SEVERAL_ANSWERS: Outcome.UNKNOWN,
    }
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a charge is tried before a person looks, and when a receiver that is away is let be."""

    first: float = 2.0  # seconds before the second attempt; doubling from there, with jitter
    longest: float = 300.0
    attempts: int = 10  # of a receiver that says "not now"
    repeats: int = 5  # of one that recognises repeats and does not answer
    open_after: int = 3  # failures in a row after which nothing is tried for a while
    verdict: float = 86_400.0  # seconds within which a verdict that comes later must have come
