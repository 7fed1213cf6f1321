"""Left over: words of a note that no phrase reads, and that are not known to take nothing back.

"The patient changed her mind on the table." No list has all the words that may take a statement back; those
that take nothing back can be listed (mappings/terms/routine.yaml). A sentence with others is asked about.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from service.mapping.narrative.automaton import Places
from service.mapping.narrative.claims import Claim, Found
from service.mapping.narrative.lexicon import Routine
from service.mapping.narrative.marks import COLON
from service.mapping.narrative.mentions import plain_places
from service.mapping.narrative.words import Words

_FIGURES: Final = ".0123456789"
_SHORT: Final = 3  # words of a fragment: "80 mg.", "Rate the same."
_LEVELS: Final = "entry_levels"


def left_over(
    words: Words,
    found: Found,
    stated: Collection[Claim],
    others: Collection[Claim],
    routine: Routine,
    title: int,
) -> Places:
    """Return the words of a sentence that nobody understands. Those of a title, its first, may be any.

    `stated` are the claims that nothing takes back; `others` those that speak of another thing by the cues of
    their elements, such as what numbed the skin.
    """
    said = [*stated, *others]
    read = {place for claim in said for place in claim.places}
    if others:
        read |= _cues_of(others, found)
    own = words.words[title:]
    strange = set(own).difference(routine.beside_a_statement if said else routine.anywhere)
    unread = [
        at
        for at, word in enumerate(own, title)
        if word in strange and at not in read and word[0] not in _FIGURES
    ]
    if words.numbers and stated:
        unread = sorted({*unread, *_further_figures(words, stated, read)})
    is_fragment = len(own) <= _SHORT and COLON not in words.words
    if is_fragment and not (unread or said) and _may_tell_how(own, routine):
        unread = [*range(title, len(words.words))]
    if not unread:
        return ()
    told = [word for at, word in enumerate(own, title) if at not in read]
    if _is_of_another_subject(told, found, routine):
        return ()
    harmless = _harmless(words, found, has_statement=bool(said))
    return tuple(at for at in unread if at not in harmless)


def _may_tell_how(words: Sequence[str], routine: Routine) -> bool:
    """Whether a fragment of routine words may tell how it went ("80 mg.", "Under the skin.").

    It may where it has a number, begins or ends with a word of grammar, or speaks of the procedure.
    "Patient tolerated well." does not.
    """
    return (
        not words
        or any(word[0] in _FIGURES for word in words)
        or not routine.grammar.isdisjoint((words[0], words[-1]))
        or not routine.of_the_procedure.isdisjoint(words)
    )


def _cues_of(claims: Collection[Claim], found: Found) -> set[int]:
    elements = {claim.meaning.element for claim in claims}
    return {place for places, cue in found.cues if cue.element in elements for place in places}


def _is_of_another_subject(words: Sequence[str], found: Found, routine: Routine) -> bool:
    """Whether a sentence tells how the patient was, or the like; not what became of the procedure."""
    return (
        not routine.subjects.isdisjoint(words)
        and routine.of_the_procedure.isdisjoint(words)
        and not any(cue.kind == "failure" for _, cue in found.cues)
    )


def _further_figures(words: Words, stated: Collection[Claim], read: Collection[int]) -> Iterator[int]:
    """Yield the numbers of a unit of which the sentence states another ("23 minutes, with him 9 minutes")."""
    units = {_unit(words, at) for claim in stated for at in claim.places if at in words.numbers} - {""}
    yield from (at for at in words.numbers if at not in read and _unit(words, at) in units)


def _unit(words: Words, number: int) -> str:
    return words.words[number + 1] if number + 1 < len(words.words) else ""


def _harmless(words: Words, found: Found, *, has_statement: bool) -> set[int]:
    """Places of what takes nothing back, and of levels that something is said of or a drug spread to."""
    told_of_levels = {place for places, cue in found.cues if cue.element == _LEVELS for place in places}
    harmless = plain_places(found)
    return harmless | told_of_levels | (words.levels.keys() if told_of_levels or has_statement else set())
