"""Statements: what each sentence of a text says, and what takes it back."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from service.domain.documentation import Value
from service.mapping.clauses import Clauses, Sentence, Titles, sentences
from service.mapping.lexicon import Cue, Hinders, Ignored, Lexicon, Mark, Meaning, States
from service.mapping.phrases import match
from service.mapping.words import COMMA, Words, cut

_LONGEST_SENTENCE: Final = 400  # words
_LASTING: Final = Mark("lasting")
_LISTING: Final = frozenset({COMMA, "and"})  # what stands between the levels of a list


@dataclass(frozen=True, slots=True)
class Statement:
    """A value stated in a text; `doubt` says what takes it back, "" = nothing does."""

    element: str
    value: Value
    start: int  # characters of the text
    end: int
    doubt: str = ""
    of: str = ""  # a denial: what was not so


class Titled(NamedTuple):
    """Characters `start` to `end` of a text stand under a title that says whose day they speak of."""

    start: int
    end: int
    aside: bool  # history, a plan, a consent; else today


@dataclass(frozen=True, slots=True)
class _Match:
    """A phrase that stands in a sentence: the places of its own words, gaps left out."""

    places: tuple[int, ...]
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class _Claim:
    """A match that says something of an element."""

    places: tuple[int, ...]
    meaning: States | Hinders


@dataclass(frozen=True, slots=True)
class _Reaching:
    """A cue, and the words that it touches."""

    cue: Cue
    places: frozenset[int]  # its own
    first: int
    last: int


@dataclass(slots=True)
class _Reading:
    """A text, and what was found in it so far."""

    words: Words
    statements: list[Statement] = field(default_factory=list)
    hindered: set[tuple[str, Value | None]] = field(default_factory=set)
    past: bool = False  # a story of earlier times is being told


def find_statements(text: str, lexicon: Lexicon, titled: Sequence[Titled] = ()) -> list[Statement]:
    """Return every statement of a text, in order."""
    reading = _Reading(cut(text))
    for sentence in sentences(reading.words.words, lexicon.grammar, _titles(reading.words, titled)):
        matches = list(_matches(reading.words.words, sentence, lexicon))
        if matches:
            past = _told_of_the_past(reading, sentence, matches)
            _judge(reading, sentence, matches, lexicon, "history" if past else "")
    return [each for each in reading.statements if (each.element, each.value) not in reading.hindered]


def _titles(words: Words, titled: Sequence[Titled]) -> Titles:
    """From characters to words."""
    if not titled:
        return Titles()
    starts = [token.start() for token in words.tokens]
    aside, today = bytearray(len(starts)), set()
    for title in titled:
        first, last = bisect_left(starts, title.start), bisect_left(starts, title.end)
        if title.aside:
            aside[first:last] = b"\1" * (last - first)
        elif first < last:
            today.add(first)
    return Titles(bytes(aside), frozenset(today))


def _matches(words: list[str], sentence: Sentence, lexicon: Lexicon) -> Iterator[_Match]:
    entries = lexicon.entries
    present = frozenset(words[sentence.start : sentence.end])
    for place in range(sentence.start, sentence.end):
        for phrase, meaning in entries.get(words[place], ()):
            if phrase.last is None:
                yield _Match((place,), meaning)
            elif not phrase.last.isdisjoint(present):  # rules most of them out
                places = match(phrase, words, place, lexicon.gap_ends)
                if places is not None:
                    yield _Match(places, meaning)


def _told_of_the_past(reading: _Reading, sentence: Sentence, matches: list[_Match]) -> bool:
    """Whether a sentence before it in the paragraph set this one in the past ("He had one in 2019. ...")."""
    marks = {each.meaning.kind for each in matches if isinstance(each.meaning, Mark)}
    carried = reading.past and not sentence.opens_paragraph and "present" not in marks
    reading.past = carried or ("lasting" in marks and "present" not in marks)
    return carried


def _judge(
    reading: _Reading, sentence: Sentence, matches: list[_Match], lexicon: Lexicon, doubt: str
) -> None:
    """Keep the sentence's statements, each with what takes it back."""
    claims = [each for claim in _claims(matches) for each in _each_level(claim, reading.words)]
    if not claims:
        return
    if sentence.end - sentence.start > _LONGEST_SENTENCE:
        doubt, matches = doubt or "unclear", []  # a list without stops: no telling what a cue reaches
    cues = _cues(matches, claims)
    reaching = _reaching(cues, Clauses(reading.words.words, sentence, lexicon.grammar)) if cues else []
    whole = "aside" if sentence.aside else doubt
    lasting = {place for each in matches if each.meaning == _LASTING for place in each.places}
    for claim in claims:
        if isinstance(claim.meaning, States):
            taken_back = _taken_back(claim, claim.meaning, reaching, whole, lasting)
            reading.statements.append(_statement(claim, claim.meaning, reading.words, taken_back))
        elif claim.meaning.unless.isdisjoint((whole, _doubt(claim, reaching))):
            reading.hindered.add((claim.meaning.element, claim.meaning.value))


def _claims(matches: list[_Match]) -> list[_Claim]:
    """The matches that say something of an element, and are not ignored for it."""
    ignored = {
        (each.meaning.element, place)
        for each in matches
        if isinstance(each.meaning, Ignored)
        for place in each.places
    }
    return [
        _Claim(each.places, each.meaning)
        for each in matches
        if isinstance(each.meaning, States | Hinders)
        and not any((each.meaning.element, place) in ignored for place in each.places)
    ]


def _each_level(claim: _Claim, words: Words) -> Iterator[_Claim]:
    """Part a claim of one level of a list ("L3-4, L4-5 and L5-S1") into one of each: it is meant of all."""
    if not isinstance(claim.meaning, States) or claim.meaning.value is not None:
        yield claim
        return
    own = next(place for place in claim.places if place in words.levels)
    for level in _listed_with(own, words):
        places = sorted({level, *claim.places} - ({own} if level != own else set()))
        yield _Claim(tuple(places), claim.meaning)


def _listed_with(place: int, words: Words) -> list[int]:
    """Return the places of all levels of the list of a level. Vertebrae and interspaces make no list."""
    found = [place]
    for step in (-1, 1):
        at = _neighbour(place, step, words)
        while at is not None and words.words[at] == words.words[place]:
            found.append(at)
            at = _neighbour(at, step, words)
    return sorted(found)


def _neighbour(place: int, step: int, words: Words) -> int | None:
    """Return the place of the level next to another; None where another word stands between them."""
    at = place + step
    while 0 <= at < len(words.words) and words.words[at] in _LISTING:
        at += step
    return at if at in words.levels else None


def _cues(matches: list[_Match], claims: list[_Claim]) -> list[tuple[tuple[int, ...], Cue]]:
    """The cues, without those within a harmless phrase ("no blood"; but not in "no blood patch")."""
    claimed = {place for claim in claims for place in claim.places}
    harmless = {
        place
        for each in matches
        if isinstance(each.meaning, Mark)
        and each.meaning.kind == "harmless"
        and claimed.isdisjoint(each.places)
        for place in each.places
    }
    return [
        (each.places, each.meaning)
        for each in matches
        if isinstance(each.meaning, Cue) and not harmless.issuperset(each.places)
    ]


def _reaching(cues: list[tuple[tuple[int, ...], Cue]], clauses: Clauses) -> list[_Reaching]:
    return [
        _Reaching(cue, frozenset(places), *clauses.touched(places[0], places[-1] + 1, cue.reach))
        for places, cue in cues
    ]


def _doubt(claim: _Claim, cues: list[_Reaching]) -> str:
    """Return the kind of the first cue that takes a claim back; a claim's own words do not."""
    for each in cues:
        if (
            each.cue.element in ("", claim.meaning.element)
            and any(each.first <= place < each.last for place in claim.places)
            and not each.places.issubset(claim.places)
        ):
            return each.cue.kind
    return ""


def _taken_back(
    claim: _Claim, states: States, reaching: list[_Reaching], whole: str, lasting: set[int]
) -> str:
    """Return what takes a statement back; of a plain one only a heading, a denial, or a word of years ago."""
    if not states.plain:
        return whole or _doubt(claim, reaching)
    strong = [each for each in reaching if each.cue.kind == "negation" or not lasting.isdisjoint(each.places)]
    return ("" if whole == "history" else whole) or _doubt(claim, strong)


def _statement(claim: _Claim, states: States, words: Words, doubt: str) -> Statement:
    value = states.value
    if value is None:
        value = next(words.levels[place] for place in claim.places if place in words.levels)
    start, end = words.span(claim.places[0], claim.places[-1])
    return Statement(states.element, value, start, end, doubt, states.of)
