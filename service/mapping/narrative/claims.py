"""Claims: which phrases stand in a sentence, and what they say, before anything takes it back."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from service.domain.documentation import Value
from service.mapping.narrative.automaton import Places
from service.mapping.narrative.lexicon import Lexicon
from service.mapping.narrative.marks import COMMA
from service.mapping.narrative.meanings import (
    BearsOut,
    Cue,
    Hinders,
    Ignored,
    Mark,
    Meaning,
    Mentions,
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
    meaning: States | Hinders | Mentions | BearsOut
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

    def add(self, places: Places, meaning: Meaning, *, vague: bool) -> None:
        """Add a phrase."""
        if isinstance(meaning, Cue):
            self.cues.append((places, meaning))
        elif isinstance(meaning, Mark):
            self.marks.append((places, meaning))
        elif isinstance(meaning, Topic):
            self.topics.append((places, meaning))
        elif isinstance(meaning, Ignored):
            self.ignored.append((places, meaning))
        else:
            self.said.append(Claim(places, meaning, vague))


def find_phrases(text: Words, lexicon: Lexicon) -> Found:
    """Find every phrase that stands in a sentence.

    A phrase with a number in it stands only on a number that says how much by itself. Where it would state
    that number, it is kept all the same: its sentence may say more than can be read.
    """
    entries, found = lexicon.entries, Found()
    for number, places in lexicon.automaton.find(text):
        phrase, meaning = entries[number]
        vague = phrase.numeric and _is_vague(places, meaning, text)
        if not vague or (isinstance(meaning, States) and isinstance(meaning.value, Within)):
            found.add(places, meaning, vague=vague)
    return found


def _is_vague(places: Places, meaning: Meaning, text: Words) -> bool:
    numbers = [text.numbers[place] for place in places if place in text.numbers]
    if any(each.vague or not set(each.row).issubset(places) for each in numbers):
        return True
    is_whole = isinstance(meaning, States) and meaning.value is Within.INTEGER
    return is_whole and not numbers[0].value.is_integer()


def claims_of(found: Found, words: Words) -> list[Claim]:
    """Return what is said of elements, but for words that are ignored for one; of each level of a list."""
    ignored = ignored_places(found) if found.ignored else ()
    claims: list[Claim] = []
    for claim in found.said:
        meaning = claim.meaning
        if ignored and any((meaning.element, place) in ignored for place in claim.places):
            continue
        if isinstance(meaning, States) and _is_told_of_levels(claim, meaning, words):
            claims += _each_level(claim, meaning, words)
        else:
            claims.append(claim)
    return claims


def ignored_places(found: Found) -> set[tuple[str, int]]:
    """Return the words that mean something else for an element."""
    return {(meaning.element, place) for places, meaning in found.ignored for place in places}


def _is_told_of_levels(claim: Claim, meaning: States, words: Words) -> bool:
    by_level = meaning.by_level and any(place in words.levels for place in claim.places)
    return by_level or meaning.value is Within.LEVEL


def _each_level(claim: Claim, meaning: States, words: Words) -> Iterator[Claim]:
    """Part a claim of one level of a list ("L3-4, L4-5 and L5-S1") into one of each: it is meant of all."""
    own = next(place for place in claim.places if place in words.levels)
    others = {*claim.places} - {own}
    for level in _listed_with(own, words, _LISTING if meaning.by_level else _LISTING | _SIDES):
        yield Claim(tuple(sorted({level, *others})), meaning)


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
