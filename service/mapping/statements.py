"""Statements: what each sentence of a text says, and what takes it back."""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from service.domain.documentation import Value
from service.mapping.automaton import Places
from service.mapping.claims import (
    Claim,
    Found,
    claims_of,
    find_phrases,
    vague_elements,
    value_of,
    without_idle,
)
from service.mapping.clauses import Clauses, Sentence, Titles, sentences
from service.mapping.lexicon import Lexicon
from service.mapping.meanings import Cue, Hinders, Mark, Mentions, States, Within
from service.mapping.mentions import (
    DENIALS,
    HARMLESS,
    Mention,
    disputed_by,
    mention_of,
    unread,
    unsaid_denials,
)
from service.mapping.sections import Section
from service.mapping.topics import Topics
from service.mapping.words import Words, cut

_LONGEST_SENTENCE: Final = 400  # words
#: Told of another day, under a heading of history: no mention of a thing of today.
_LONG_AGO: Final = {"aside", "history"}
_LASTING: Final = Mark("lasting")
#: A denial, and what a template left open; beside the heading above.
_STRONG: Final = frozenset({"negation", "unfilled", "unticked"})


class Statement(NamedTuple):
    """A value stated in a text; `doubt` says what takes it back, "" = nothing does. (Many: a tuple.)"""

    element: str
    value: Value
    start: int  # characters of the text
    end: int
    doubt: str = ""
    of: str = ""  # a denial: what was not so
    item: str = ""  # of several things of a group, the one that its sentence tells of
    in_title: bool = False  # stands under a heading that says what the note is about
    foreign: str = ""  # in a section that was copied, or is of an earlier day
    elsewhere: bool = False  # its sentence tells of another part of the body
    disputed: bool = False


class Titled(NamedTuple):
    """Characters `start` to `end` of a text stand under a title that says whose day they speak of."""

    start: int
    end: int
    aside: bool  # history, a plan, a consent; else today


class _Reaching(NamedTuple):
    """A cue, and the words that it touches."""

    cue: Cue
    places: frozenset[int]  # its own
    first: int
    last: int


@dataclass(slots=True)
class _Reading:
    """A text, and what was found in it so far."""

    words: Words
    section: Section
    statements: list[Statement] = field(default_factory=list)
    titles: list[Statement] = field(default_factory=list)  # what they name, only held against the rest
    mentions: list[Mention] = field(default_factory=list)  # of what their sentences say nothing of
    hindered: list[tuple[Hinders, str]] = field(default_factory=list)  # by what, and in which section
    taken_back: list[tuple[int, int]] = field(default_factory=list)  # nobody can tell what; where
    topics: Topics = field(default_factory=Topics)
    past: bool = False  # a story of earlier times is being told
    items: int = 0  # sentences that tell of one thing of a group


class Told(NamedTuple):
    """What a text tells."""

    statements: list[Statement]  # in order, also those taken back
    other_days: Mapping[str, tuple[int, int]]  # of which its headings say that it tells; where
    titles: list[Statement]  # what they name that is only held against the statements
    taken_back: list[tuple[int, int]]  # where something is denied or changed, and nobody can tell what


def find_statements(
    text: str, lexicon: Lexicon, titled: Sequence[Titled] = (), service_days: Collection[str] = ()
) -> Told:
    """Read a text, which is to tell of a service on one of these days."""
    reading = _Reading(cut(text, service_days), Section(lexicon.grammar.verbs))
    symbols = lexicon.automaton.symbols(reading.words)
    for sentence in sentences(reading.words.words, lexicon.grammar, _titles(reading.words, titled)):
        found = find_phrases(reading.words, symbols, sentence, lexicon)
        marks = {mark.kind for _, mark in found.marks}
        reading.section.enter(sentence, marks, found, reading.words)
        reading.topics.enter(sentence, found)
        if found:
            past = _told_of_the_past(reading, sentence, marks)
            _judge(reading, sentence, found, lexicon, "history" if past else "")
            if "taking_back" in marks and not (past or sentence.aside or reading.section.before):
                reading.taken_back += (reading.words.span(at[0], at[-1]) for at in unsaid_denials(found))
    section = reading.section
    # Where a heading gives the day of the service, others beside it part the note; else its day is in doubt.
    if section.today or not service_days:
        return Told(_unhindered(reading, {""}), {}, reading.titles, reading.taken_back)
    told = [each if each.foreign != "earlier" else each._replace(foreign="") for each in reading.statements]
    reading = replace(reading, statements=told)
    settled = _unhindered(reading, {"", "earlier"})
    return Told(settled, section.other_days, reading.titles, reading.taken_back)


def _unhindered(reading: _Reading, sections: Collection[str]) -> list[Statement]:
    """Leave out what a phrase of these sections leaves open, and mark what is disputed."""
    hinders = [each for each, section in reading.hindered if section in sections]
    hindered = {(each.element, each.value) for each in hinders if not each.disputes}
    contested = {(each.element, each.value) for each in hinders if each.disputes}
    own = {(each.element, each.value) for each in reading.statements if not (each.doubt or each.foreign)}
    contested.update(disputed_by(reading.mentions, own, sections))
    here = reading.topics.here
    return [
        each._replace(disputed=True)
        if reading.section.void or _names(each, contested) or (each.elsewhere and each.element in here)
        else each
        for each in reading.statements
        if not _names(each, hindered)
    ]


def _names(statement: Statement, values: Collection[tuple[str, Value | None]]) -> bool:
    return (statement.element, statement.value) in values or (statement.element, None) in values


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


def _told_of_the_past(reading: _Reading, sentence: Sentence, marks: Collection[str]) -> bool:
    """Whether a sentence before it in the paragraph set this one in the past ("He had one in 2019. ...")."""
    carried = reading.past and not sentence.opens_paragraph and "present" not in marks
    reading.past = carried or ("lasting" in marks and "present" not in marks)
    return carried


def _judge(reading: _Reading, sentence: Sentence, found: Found, lexicon: Lexicon, doubt: str) -> None:
    """Keep the sentence's statements, each with what takes it back."""
    claims = unread(without_idle(claims_of(found, reading.words), sentence))
    if not claims:
        return
    if sentence.end - sentence.start > _LONGEST_SENTENCE:
        doubt, found = doubt or "unclear", Found()  # a list without stops: no telling what a cue reaches
    whole = "aside" if sentence.aside else doubt
    cues = _cues(found, claims) if found.cues else []
    reaching = _reaching(cues, Clauses(reading.words.words, sentence, lexicon.grammar)) if cues else []
    strong = _strong(reaching, found) if reaching else []
    vague = vague_elements(claims)
    item = _item(reading, claims)
    for claim in claims:
        meaning = claim.meaning
        if isinstance(meaning, Hinders):
            _hinder(reading, meaning, {whole, _doubt(claim, reaching)})
        elif isinstance(meaning, Mentions):
            _mention(reading, claim, meaning, {whole, *_doubts(claim, reaching)})
        elif not claim.vague:
            left = ("" if whole == "history" else whole) if meaning.plain else whole
            taken_back = left or _doubt(claim, strong if meaning.plain else reaching)
            taken_back = taken_back or ("unclear" if meaning.element in vague else "")
            _state(reading, claim, meaning, _statement(claim, meaning, reading, sentence, taken_back, item))


def _hinder(reading: _Reading, hinders: Hinders, doubts: Collection[str]) -> None:
    if hinders.unless.isdisjoint(doubts) and doubts != _LONG_AGO:
        reading.hindered.append((hinders, reading.section.foreign))


def _state(reading: _Reading, claim: Claim, states: States, statement: Statement) -> None:
    """Keep a statement. One that is denied, of a value within its phrase, may contradict another."""
    if states.titles_only:
        reading.titles.append(statement)
        return
    reading.statements.append(statement)
    if isinstance(states.value, Within) and statement.doubt in DENIALS:
        _mention(reading, claim, states, {statement.doubt})


def _mention(reading: _Reading, claim: Claim, of: Mentions | States, doubts: Collection[str]) -> None:
    value = None if of.value is None else value_of(claim, of.value, reading.words)
    if mention := mention_of(claim, value, doubts, reading.section.before):
        reading.mentions.append(mention)


def _strong(reaching: list[_Reaching], found: Found) -> list[_Reaching]:
    """What takes back even a plain statement: a denial, what was left open, a word of years ago."""
    lasting = {place for places, mark in found.marks if mark == _LASTING for place in places}
    return [each for each in reaching if each.cue.kind in _STRONG or not lasting.isdisjoint(each.places)]


def _statement(
    claim: Claim, states: States, reading: _Reading, sentence: Sentence, doubt: str, item: str
) -> Statement:
    start, end = reading.words.span(claim.places[0], claim.places[-1])
    return Statement(
        states.element,
        value_of(claim, states.value, reading.words),
        start,
        end,
        doubt,
        states.of,
        _thing(claim, states, reading.words, item),
        sentence.in_title,
        reading.section.foreign,
        states.element in reading.topics.elsewhere,
        disputed=states.failing_that,
    )


def _thing(claim: Claim, states: States, words: Words, item: str) -> str:
    """Of which thing a claim tells: the one of its sentence, or the level beside which it stands."""
    if states.by_level:
        return next((words.levels[place] for place in claim.places if place in words.levels), "")
    return item if states.one_of_several else ""


def _item(reading: _Reading, claims: list[Claim]) -> str:
    """One sentence tells of one thing of a group."""
    if not any(isinstance(each.meaning, States) and each.meaning.one_of_several for each in claims):
        return ""
    reading.items += 1
    return str(reading.items)


def _cues(found: Found, claims: list[Claim]) -> list[tuple[Places, Cue]]:
    """The cues of what is claimed. One in a harmless phrase is none ("no blood"; not "no blood patch")."""
    elements = {"", *(claim.meaning.element for claim in claims)}
    cues = [each for each in found.cues if each[1].element in elements]
    phrases = [places for places, mark in found.marks if mark == HARMLESS] if cues else []
    if not phrases:
        return cues
    claimed = {place for claim in claims for place in claim.places}
    harmless = {place for places in phrases if claimed.isdisjoint(places) for place in places}
    return [each for each in cues if not harmless.issuperset(each[0])]


def _reaching(cues: list[tuple[Places, Cue]], clauses: Clauses) -> list[_Reaching]:
    return [
        _Reaching(cue, frozenset(places), *clauses.touched(places[0], places[-1] + 1, cue.reach))
        for places, cue in cues
    ]


def _doubt(claim: Claim, cues: list[_Reaching]) -> str:
    """Return the kind of the first cue that takes a claim back."""
    return next(_doubts(claim, cues), "")


def _doubts(claim: Claim, cues: list[_Reaching]) -> Iterator[str]:
    """Yield the kinds of the cues that take a claim back; a claim's own words do not."""
    places, element = claim.places, claim.meaning.element
    for cue, own, first, last in cues:
        if places[0] >= last or places[-1] < first or cue.element not in ("", element):
            continue
        if any(first <= place < last for place in places) and not own.issubset(places):
            yield cue.kind
