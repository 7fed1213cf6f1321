"""How a played billing system behaves: always the same way, or by a mixture that its seed repeats."""

import random
from collections.abc import Mapping
from enum import StrEnum

from service.domain.errors import SetupError


class Mode(StrEnum):
    """How the billing system behaves."""

    AA = "aa"
    AE = "ae"
    AR = "ar"
    BUSY = "busy"  # AE with ERR-3 207: not now
    SILENT = "silent"  # takes it, never answers
    SLOW = "slow"  # takes it, answers late
    CUT_BEFORE = "cut-before"  # hangs up, has nothing
    CUT_AFTER = "cut-after"  # takes it, hangs up
    GARBAGE = "garbage"  # takes it, answers what is no MLLP
    WRONG_ID = "wrong-id"  # takes it, acknowledges another message (MSA-2)
    TWO_ACKS = "two-acks"  # takes it, acknowledges it twice


REFUSING = frozenset({Mode.AE, Mode.AR, Mode.BUSY})
CUTTING = frozenset({Mode.CUT_BEFORE, Mode.CUT_AFTER})
#: After these the sender cannot know whether its message was taken.
AMBIGUOUS = frozenset({*CUTTING, Mode.SILENT, Mode.SLOW, Mode.GARBAGE, Mode.WRONG_ID, Mode.TWO_ACKS})


class Mixture:
    """Modes by weight; the n-th message meets the same one whenever the seed is the same."""

    def __init__(self, weights: Mapping[Mode, int], seed: int) -> None:
        self._modes = tuple(weights)
        self._weights = tuple(weights.values())
        self._seed = seed

    def mode(self, number: int) -> Mode:
        """The mode that the n-th message meets."""
        chance = random.Random(f"{self._seed}/{number}")  # noqa: S311  chance that can be repeated
        (mode,) = chance.choices(self._modes, self._weights)
        return mode


def read_mix(text: str) -> dict[Mode, int]:
    """Weights out of "aa=6,silent=1"; SetupError says what is wrong."""
    weights = {}
    for part in text.split(","):
        name, _, weight = part.strip().partition("=")
        try:
            weights[Mode(name.lower())] = int(weight)
        except ValueError:
            names = ", ".join(Mode)
            raise SetupError(f"{part!r} is no MODE=WEIGHT; modes are {names}") from None
    if min(weights.values()) < 0 or not any(weights.values()):
        raise SetupError("weights are not negative, and one is more than zero")
    return weights
