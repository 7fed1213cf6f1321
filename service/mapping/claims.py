"""Claims: which phrases stand in a sentence, and what they say, before anything takes it back."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from service.domain.documentation import Value
from service.mapping.clauses import Sentence
from service.mapping.lexicon import Beginning, Entry, Hinders, Ignored, Lexicon, Meaning, States, Within
from service.mapping.marks import COMMA
from service.mapping.numbers import NUMBER
from service.mapping.phrases import Phrase, match
from service.mapping.words import Words

_LISTING: Final = frozenset({COMMA, "and"})  # what stands between the levels of a list
_LONGEST_LIST: Final = 8  # levels on either side of one


class Match(NamedTuple):
    """A phrase that stands in a sentence: the places of its own words, gaps left out."""

    places: tuple[int, ...]
    meaning: Meaning
    vague: bool = False  # its number does not say by itself how much: "2-3 cm"


class Claim(NamedTuple):
    """A match that says something of an element."""

    places: tuple[int, ...]
    meaning: States | Hinders
    vague: bool = False


def find_matches(text: Words, sentence: Sentence, lexicon: Lexicon) -> list[Match]:
    """Find every phrase that stands in a sentence."""
    words, entries, gap_ends, end = text.words, lexicon.entries, lexicon.gap_ends, len(text.words)
    present = {*words[sentence.start : sentence.end]}
    numbers = bool(text.numbers) and not text.numbers.keys().isdisjoint(range(sentence.start, sentence.end))
    if numbers:
        present.add(NUMBER)
    matches: list[Match] = []
    for place in range(sentence.start, sentence.end):
        beginning = entries.get(words[place])
        if numbers:
            found = _beside_numbers(place, beginning, text, entries)
        elif beginning is None:
            continue
        else:
            found = beginning.by_next.get(words[place + 1] if place + 1 < end else "", beginning.otherwise)
        for phrase, meaning in found:
            if phrase.last is None:
                matches.append(Match((place,), meaning))
            elif not phrase.last.isdisjoint(present):  # rules most of them out
                matches += _at(place, phrase, meaning, text, gap_ends)
    return matches


def _at(
    place: int, phrase: Phrase, meaning: Meaning, text: Words, gap_ends: frozenset[str]
) -> Iterable[Match]:
    places = match(phrase, text, place, gap_ends)
    if places is None:
        return ()
    return _read(places, meaning, text) if phrase.numeric else (Match(places, meaning),)


def _beside_numbers(
    place: int, beginning: Beginning | None, text: Words, entries: Mapping[str, Beginning]
) -> Sequence[Entry]:
    """The entries that may stand where they begin, by the word or number there and the one after it."""
    found = _narrowed(beginning, text, place + 1) if beginning else ()
    if place in text.numbers and NUMBER in entries:
        found = (*found, *_narrowed(entries[NUMBER], text, place + 1))
    return found


def _narrowed(beginning: Beginning, text: Words, following: int) -> Sequence[Entry]:
    if following in text.numbers:
        return beginning.every
    word = text.words[following] if following < len(text.words) else ""
    return beginning.by_next.get(word, beginning.otherwise)


def _read(places: tuple[int, ...], meaning: Meaning, text: Words) -> Iterator[Match]:
    """A phrase with a number in it stands only on a number that says how much by itself.

    Where it would state that number, it is kept all the same: its sentence may say more than can be read.
    """
    numbers = [text.numbers[place] for place in places if place in text.numbers]
    vague = any(each.vague or not set(each.row).issubset(places) for each in numbers)
    states = meaning.value if isinstance(meaning, States) else None
    if states is Within.INTEGER:
        vague = vague or not numbers[0].value.is_integer()
    if isinstance(states, Within) or not vague:
        yield Match(places, meaning, vague)


def claims_of(matches: Sequence[Match], words: Words) -> list[Claim]:
    """Return the matches that say something of an element, and are not ignored for it."""
    ignored = ignored_places(matches)
    claims: list[Claim] = []
    for places, meaning, vague in matches:
        if not isinstance(meaning, States | Hinders):
            continue
        if ignored and any((meaning.element, place) in ignored for place in places):
            continue
        claim = Claim(places, meaning, vague)
        if meaning.value is Within.LEVEL and isinstance(meaning, States):
            claims += _each_level(claim, meaning, words)
        else:
            claims.append(claim)
    return claims


def ignored_places(matches: Iterable[Match]) -> set[tuple[str, int]]:
    """Return the words that mean something else for an element."""
    return {
        (each.meaning.element, place)
        for each in matches
        if isinstance(each.meaning, Ignored)
        for place in each.places
    }


def _each_level(claim: Claim, meaning: States, words: Words) -> Iterator[Claim]:
    """Part a claim of one level of a list ("L3-4, L4-5 and L5-S1") into one of each: it is meant of all."""
    own = next(place for place in claim.places if place in words.levels)
    others = {*claim.places} - {own}
    for level in _listed_with(own, words):
        yield Claim(tuple(sorted({level, *others})), meaning)


def _listed_with(place: int, words: Words) -> list[int]:
    """Return the places of all levels of the list of a level. Vertebrae and interspaces make no list."""
    found = [place]
    for step in (-1, 1):
        at = _neighbour(place, step, words)
        for _ in range(_LONGEST_LIST):
            if at is None or not _alike(place, at, words):
                break
            found.append(at)
            at = _neighbour(at, step, words)
    return sorted(found)


def _alike(one: int, other: int, words: Words) -> bool:
    """Whether two levels may stand in one list; by its root, the foramen of S1 stands beside vertebrae."""
    return words.words[one] == words.words[other] or "S1_foramen" in (words.levels[one], words.levels[other])


def _neighbour(place: int, step: int, words: Words) -> int | None:
    """Return the place of the level next to another; None where another word stands between them."""
    at = place + step
    for _ in _LISTING:
        if 0 <= at < len(words.words) and words.words[at] in _LISTING:
            at += step
    return at if at in words.levels else None


def vague_elements(claims: Collection[Claim]) -> set[str]:
    """Return the elements of which a sentence gives a number that cannot be read.

    "One of 3 cm and one of 4-5 cm": the number that can be read is not all there is.
    """
    read: dict[str, set[int]] = {}
    if not any(each.vague for each in claims):
        return set()
    for each in claims:
        if not each.vague:
            read.setdefault(each.meaning.element, set()).update(each.places)
    return {
        each.meaning.element
        for each in claims
        if each.vague and not read.get(each.meaning.element, set()).issuperset(each.places)
    }


def value_of(claim: Claim, value: Value | Within, words: Words) -> Value:
    """Return the value of a claim: the first level or number in it where it stands within."""
    if not isinstance(value, Within):
        return value
    if value is Within.LEVEL:
        return next(words.levels[place] for place in claim.places if place in words.levels)
    number = next(words.numbers[place].value for place in claim.places if place in words.numbers)
    return int(number) if value is Within.INTEGER else number
