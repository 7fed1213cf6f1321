"""Mentions: a sentence that speaks of an element, and of which nothing can be read.

"S1 was done as well." "The intensifier stayed in its corner." Whatever such a sentence says, it is not what
the rest of the note says by words that are known: the element is disputed.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from service.domain.documentation import Value
from service.mapping.narrative.automaton import Places
from service.mapping.narrative.claims import Claim, Found
from service.mapping.narrative.meanings import Mark, Mentions, States

#: Told of another time, another thing, or as a mere possibility: no mention of today's service.
_OF_OTHERS: Final = frozenset({"aside", "history", "hypothesis", "unticked", "unfilled", "unclear"})
DENIALS: Final = frozenset({"negation", "plan"})
HARMLESS: Final = Mark("harmless")
#: Phrases whose words take nothing back.
_PLAIN: Final = frozenset({HARMLESS, Mark("formulas")})
_TAKING_BACK: Final = Mark("taking_back")


class Mention(NamedTuple):
    """An element, or a value of it, that a sentence speaks of without stating anything that can be read."""

    element: str
    value: Value | None  # None: any
    foreign: str  # in a section that was copied, or is of an earlier day
    denied: bool


def mention_of(claim: Claim, value: Value | None, doubts: Collection[str], foreign: str) -> Mention | None:
    """Return what a claim mentions; None where that is nothing of today."""
    named_of_others = value is not None and "elsewhere" in doubts  # a level that hurts
    planned = value is None and "plan" in doubts
    if claim.vague or named_of_others or planned or not _OF_OTHERS.isdisjoint(doubts):
        return None
    return Mention(claim.meaning.element, value, foreign, not DENIALS.isdisjoint(doubts))


def unread(claims: Iterable[Claim]) -> list[Claim]:
    """Leave out the mentions of what the same sentence states, or takes back."""
    claims = list(claims)
    if not any(isinstance(each.meaning, Mentions) for each in claims):
        return claims
    stated = {each.meaning.element for each in claims if isinstance(each.meaning, States)}
    return [
        each for each in claims if not (isinstance(each.meaning, Mentions) and each.meaning.element in stated)
    ]


def disputed_by(
    mentions: Iterable[Mention], stated: Collection[tuple[str, Value]], sections: Collection[str]
) -> Iterator[tuple[str, Value | None]]:
    """Yield what mentions of these sections dispute, beside what is stated.

    A value that is stated elsewhere may be mentioned again; one that is not disputes all that are. What is
    denied, or still to be done, and stated is disputed alone; not stated, it is none anyway.
    """
    for each in mentions:
        if each.foreign not in sections:
            continue
        if each.value is None:
            yield each.element, None
        elif each.denied == ((each.element, each.value) in stated):
            yield each.element, each.value if each.denied else None


def plain_places(found: Found) -> set[int]:
    """Return where words stand that take nothing back, by the phrase that they are in."""
    return {place for places, mark in found.marks if mark in _PLAIN for place in places}


def unsaid_denials(found: Found) -> Places:
    """Where a sentence takes something back, and no phrase of what is stated says what it is; the first."""
    known = plain_places(found)
    known |= {place for claim in found.said if isinstance(claim.meaning, States) for place in claim.places}
    return next((at for at, mark in found.marks if mark == _TAKING_BACK and not known.issuperset(at)), ())
