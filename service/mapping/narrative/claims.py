"""Claims: which phrases stand in a sentence, and what they say, before anything takes it back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from service.domain.documentation import Value
from service.mapping.narrative.automaton import Places
from service.mapping.narrative.lexicon import Lexicon
from service.mapping.narrative.marks import COMMA
from service.mapping.narrative.meanings import (
    Claimed,
    Cue,
    Ignored,
    Mark,
    Meaning,
    States,
    Topic,
    Within,
)
from service.mapping.narrative.words import Words

_LISTING: Final = frozenset({COMMA, "and"})  # what stands between the levels of a list
#: "right L4-5 and left L5-S1": one list of levels, and two sides.
_SIDES: Final = frozenset({"left", "right", "bilateral", "the"})
_LONGEST_LIST: Final = 8  # levels on either side of one


class Claim(NamedTuple):
    """A phrase that says something of an element: the places of its own words, gaps left out."""

    places: Places
    meaning: Claimed
    vague: bool = False  # its number does not say by itself how much: "2-3 cm"


@dataclass(slots=True)
class Found:
    """The phrases that stand in a sentence, by what they are good for; each with the places of its words."""

    said: list[Claim] = field(default_factory=list)
    cues: list[tuple[Places, Cue]] = field(default_factory=list)
    ignored: list[tuple[Places, Ignored]] = field(default_factory=list)
    marks: list[tuple[Places, Mark]] = field(default_factory=list)
    topics: list[tuple[Places, Topic]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.said or self.cues or self.ignored or self.marks or self.topics)


def find_phrases(text: Words, lexicon: Lexicon) -> Found:
    """Find every phrase that stands in a sentence.

    A phrase with a number in it stands only on a number that says how much by itself. Where it would state
    that number, it is kept all the same: its sentence may say more than can be read.
    """
    entries, found = lexicon.entries, Found()
    steering: dict[type, list[Any]] = {
        Cue: found.cues,
        Mark: found.marks,
        Topic: found.topics,
        Ignored: found.ignored,
    }
    for number, places in lexicon.automaton.find(text):
        phrase, meaning = entries[number]
        vague = phrase.numeric and _is_vague(places, meaning, text)
        if isinstance(meaning, Claimed):
            if not vague or (isinstance(meaning, States) and isinstance(meaning.value, Within)):
                found.said.append(Claim(places, meaning, vague))
        elif not vague:
            steering[type(meaning)].append((places, meaning))
    return found


def _is_vague(places: Places, meaning: Meaning, text: Words) -> bool:
    numbers = [text.numbers[place] for place in places if place in text.numbers]
    if any(each.vague or not set(each.row).issubset(places) for each in numbers):
        return True
    is_whole = isinstance(meaning, States) and meaning.value is Within.INTEGER
    return is_whole and not numbers[0].value.is_integer()


def claims_of(found: Found, words: Words) -> list[Claim]:
    """Return what is said of elements, but for words that are ignored for one; of each level of a list."""
    claims = found.said
    if found.ignored:
        ignored = ignored_places(found)
        claims = [
            each
            for each in claims
            if not any((each.meaning.element, place) in ignored for place in each.places)
        ]
    if not words.levels:
        return claims
    return [one for each in claims for one in _of_each_level(each, words)]


def ignored_places(found: Found) -> set[tuple[str, int]]:
    """Return the words that mean something else for an element."""
    return {(meaning.element, place) for places, meaning in found.ignored for place in places}


def _of_each_level(claim: Claim, words: Words) -> Iterable[Claim]:
    """Part a claim of one level of a list ("L3-4, L4-5 and L5-S1") into one of each: it is meant of all."""
    meaning = claim.meaning
    if not (isinstance(meaning, States) and (meaning.by_level or meaning.value is Within.LEVEL)):
        return (claim,)
    own = next((place for place in claim.places if place in words.levels), None)
    if own is None:
        return (claim,)
    others = {*claim.places} - {own}
    listed = _listed_with(own, words, _LISTING if meaning.by_level else _LISTING | _SIDES)
    return [Claim(tuple(sorted({level, *others})), meaning) for level in listed]


def _listed_with(place: int, words: Words, listing: Collection[str]) -> list[int]:
    """Return the places of all levels of the list of a level. Vertebrae and interspaces make no list."""
    found = [place]
    for step in (-1, 1):
        at = _neighbour(place, step, words, listing)
        for _ in range(_LONGEST_LIST):
            if at is None or not _alike(place, at, words):
                break
            found.append(at)
            at = _neighbour(at, step, words, listing)
    return sorted(found)


def _alike(one: int, other: int, words: Words) -> bool:
    """Whether two levels may stand in one list; by its root, the foramen of S1 stands beside vertebrae."""
    return words.words[one] == words.words[other] or "S1_foramen" in (words.levels[one], words.levels[other])


def _neighbour(place: int, step: int, words: Words, listing: Collection[str]) -> int | None:
    """Return the place of the level next to another; None where another word stands between them."""
    at = place + step
    for _ in listing:
        if 0 <= at < len(words.words) and words.words[at] in listing:
            at += step
    return at if at in words.levels else None


def vague_elements(claims: Collection[Claim]) -> set[str]:
    """Return the elements of which a sentence gives a number that cannot be read.

    "One of 3 cm and one of 4-5 cm": the number that can be read is not all there is.
    """
    if not [each for each in claims if each.vague]:
        return set()
    read: dict[str, set[int]] = {}
    for each in claims:
        if not each.vague:
            read.setdefault(each.meaning.element, set()).update(each.places)
    return {
        each.meaning.element
        for each in claims
        if each.vague and not read.get(each.meaning.element, set()).issuperset(each.places)
    }


def value_of(claim: Claim, value: Value | Within, words: Words) -> Value:
    """Return the value of a claim: the level, number, time or day in it where it stands within."""
    if not isinstance(value, Within):
        return value
    if value is Within.LEVEL:
        return next(words.levels[place] for place in claim.places if place in words.levels)
    if value in (Within.TIME, Within.LAST_TIME):
        times = [words.times[place] for place in claim.places if place in words.times]
        return times[0 if value is Within.TIME else -1]
    if value is Within.DAY:
        return next(words.days[place] for place in claim.places if place in words.days)
    number = next(words.numbers[place].value for place in claim.places if place in words.numbers)
    return int(number) if value is Within.INTEGER else number


def without_idle(claims: list[Claim], *, in_title: bool) -> list[Claim]:
    """Leave out what is meant only in a title, or where its sentence states no other value of the element."""
    if not in_title:
        claims = [each for each in claims if not _is_of_titles(each)]
    weak = {each.meaning.element for each in claims if _is_weak(each)}
    if not weak:
        return claims
    stated = {
        each.meaning.element for each in claims if isinstance(each.meaning, States) and not _is_weak(each)
    }
    return [each for each in claims if not (_is_weak(each) and each.meaning.element in stated)]


def _is_weak(claim: Claim) -> bool:
    return isinstance(claim.meaning, States) and claim.meaning.failing_that


def _is_of_titles(claim: Claim) -> bool:
    return isinstance(claim.meaning, States) and claim.meaning.titles_only
