"""Statements: what each sentence of a text says, and what takes it back."""

from bisect import bisect_left
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from service.domain.documentation import Value
from service.mapping.narrative.automaton import Places
from service.mapping.narrative.clauses import Sentence, Titles, sentences
from service.mapping.narrative.lexicon import Lexicon
from service.mapping.narrative.meanings import BearsOut, Hinders, Mentions, States, Within
from service.mapping.narrative.mentions import DENIALS, Mention, disputed_by, mention_of
from service.mapping.narrative.sayings import Said, Saying, read_sentence
from service.mapping.narrative.sections import Section
from service.mapping.narrative.topics import Topics
from service.mapping.narrative.words import Words, cut

#: Told of another day, under a heading of history: no mention of a thing of today.
_LONG_AGO: Final = {"aside", "history"}


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
    beside: frozenset[Value] | None = None  # stands only where the note states none but these


class Titled(NamedTuple):
    """Characters `start` to `end` of a text stand under a title that says whose day they speak of."""

    start: int
    end: int
    aside: bool  # history, a plan, a consent; else today


@dataclass(slots=True)
class _Reading:
    """A text, and what was found in it so far."""

    words: Words
    section: Section
    statements: list[Statement] = field(default_factory=list)
    titles: list[Statement] = field(default_factory=list)  # what they name, held against the rest
    lines: list[Statement] = field(default_factory=list)  # of a form: they count where it is borne out
    borne_out: set[str] = field(default_factory=set)  # elements of what is told to have been done
    named: set[str] = field(default_factory=set)  # the same of titles
    mentions: list[Mention] = field(default_factory=list)  # of what their sentences say nothing of
    hindered: list[tuple[Hinders, str]] = field(default_factory=list)  # by what, and in which section
    taken_back: list[tuple[int, int]] = field(default_factory=list)  # nobody can tell what; where
    topics: Topics = field(default_factory=Topics)
    stated: set[str] = field(default_factory=set)  # elements that were, whatever takes it back
    judged: set[Hashable] = field(default_factory=set)  # sentences, each with the light in which it was told
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
    known: dict[Hashable, Said] = {}  # notes repeat themselves, and others are copied into them
    for sentence in sentences(reading.words, lexicon.grammar, _titles(reading.words, titled)):
        heard = sentence.words.said(), sentence.in_title, sentence.title
        said = known.get(heard)
        if said is None:
            said = known[heard] = read_sentence(sentence, lexicon)
        reading.section.enter(sentence, said.marks, said.found)
        reading.topics.enter(sentence, said.found)
        past = bool(said.found) and _told_of_the_past(reading, sentence, said.marks)
        if said.sayings and _is_news(reading, sentence, said, past=past):
            _judge(reading, sentence, said, past=past)
        if not (sentence.aside or reading.section.before) and (at := _unclear(reading, said, past=past)):
            reading.taken_back.append(sentence.words.span(at[0], at[-1]))
    reading = _with_what_is_borne_out(reading, lexicon.bearing)
    section = reading.section
    # Where a heading gives the day of the service, others beside it part the note; else its day is in doubt.
    if section.today or not service_days:
        return Told(_unhindered(reading, {""}), {}, reading.titles, reading.taken_back)
    told = [each if each.foreign != "earlier" else each._replace(foreign="") for each in reading.statements]
    reading = replace(reading, statements=told)
    settled = _unhindered(reading, {"", "earlier"})
    return Told(settled, section.other_days, reading.titles, reading.taken_back)


def _with_what_is_borne_out(reading: _Reading, bearing: Mapping[str, str]) -> _Reading:
    """Add what titles, and the lines of a form, say of what was done.

    A title counts where the text below says nothing of its element; where the text never bears it out, it is
    disputed.
    """
    if not bearing:
        return reading
    below = {bearing[element] for element in reading.borne_out}
    anywhere = below | {bearing[element] for element in reading.named}
    own = [each for each in reading.statements if not (each.doubt or each.foreign)]
    items: dict[str, set[str]] = {thing: set() for thing in bearing.values()}  # of which the text tells
    for each in own:
        if each.item and each.element in bearing:
            items[bearing[each.element]].add(each.item)
    lines = [
        _of_its_thing(each, items, bearing) for each in reading.lines if bearing[each.element] in anywhere
    ]
    told = {each.element for each in (*own, *lines)}
    titles = [
        _of_its_thing(
            each if bearing[each.element] in below else each._replace(disputed=True), items, bearing
        )
        for each in reading.titles
        if each.element in bearing and each.element not in told
    ]
    statements = sorted([*reading.statements, *titles, *lines], key=lambda each: each.start)
    return replace(reading, statements=statements)


def _of_its_thing(
    named: Statement, items: Mapping[str, Collection[str]], bearing: Mapping[str, str]
) -> Statement:
    """What a title or a form says, as of the one thing that the text tells of, where it tells of one."""
    own = items[bearing[named.element]]
    return named._replace(item=next(iter(own)), disputed=False) if len(own) == 1 else named


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
    starts = [start for start, _ in words.spans()]
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


def _unclear(reading: _Reading, said: Said, *, past: bool) -> Places:
    """Where a sentence says something that nobody understands. A mention of what is stated is understood."""
    if said.taken_back and not past:
        return said.taken_back
    if not said.left_over:
        return ()
    claims = (each.claim for each in said.sayings if isinstance(each.claim.meaning, Mentions))
    known = {place for claim in claims if claim.meaning.element in reading.stated for place in claim.places}
    return tuple(place for place in said.left_over if place not in known)


def _is_news(reading: _Reading, sentence: Sentence, said: Said, *, past: bool) -> bool:
    """Whether it is not told again in the same light. Of a group, each time tells of another thing."""
    section = reading.section
    told = said, sentence.aside, past, section.foreign, section.before, reading.topics.elsewhere
    is_news = said.of_one_thing or told not in reading.judged
    reading.judged.add(told)
    return is_news


def _judge(reading: _Reading, sentence: Sentence, said: Said, *, past: bool) -> None:
    """Keep the sentence's statements, each with what takes it back."""
    whole, spans = _doubt_of_all(sentence, said, past=past), sentence.words.spans()
    reading.items += said.of_one_thing
    for saying in said.sayings:
        meaning = saying.claim.meaning
        if isinstance(meaning, Hinders):
            _hinder(reading, meaning, {whole, *saying.doubts[:1]})
        elif isinstance(meaning, Mentions):
            _mention(reading, saying, {whole, *saying.doubts})
        elif isinstance(meaning, BearsOut):
            if not (whole or saying.doubts or reading.section.foreign):
                in_title = saying.claim.places[0] < sentence.title
                (reading.named if in_title else reading.borne_out).add(meaning.element)
        elif saying.value is not None:
            left = "" if meaning.stands_beside(whole) else whole
            told = _statement(saying, saying.value, meaning, reading, sentence, spans)
            _state(reading, saying, meaning, told._replace(doubt=left) if left else told)


def _doubt_of_all(sentence: Sentence, said: Said, *, past: bool) -> str:
    """Return what takes back all that a sentence says."""
    if sentence.aside:
        return "aside"
    return "history" if past else "unclear" if said.too_long else ""


def _hinder(reading: _Reading, hinders: Hinders, doubts: Collection[str]) -> None:
    if hinders.unless.isdisjoint(doubts) and doubts != _LONG_AGO:
        reading.hindered.append((hinders, reading.section.foreign))


def _state(reading: _Reading, saying: Saying, states: States, statement: Statement) -> None:
    """Keep a statement. One that is denied, of a value within its phrase, may contradict another."""
    if states.titles_only:
        reading.titles.append(statement)
        return
    if states.borne_out:
        reading.lines.append(statement)
        return
    reading.statements.append(statement)
    reading.stated.add(statement.element)
    if isinstance(states.value, Within) and statement.doubt in DENIALS:
        _mention(reading, saying, {statement.doubt})


def _mention(reading: _Reading, saying: Saying, doubts: Collection[str]) -> None:
    if mention := mention_of(saying.claim, saying.value, doubts, reading.section.before):
        reading.mentions.append(mention)


def _statement(
    saying: Saying,
    value: Value,
    states: States,
    reading: _Reading,
    sentence: Sentence,
    spans: Sequence[tuple[int, int]],
) -> Statement:
    places, words = saying.claim.places, sentence.words
    return Statement(
        states.element,
        value,
        spans[places[0]][0],
        spans[places[-1]][1],
        saying.doubt,
        states.of,
        _thing(places, states, words, reading.items),
        places[0] < sentence.title,
        reading.section.foreign,
        states.element in reading.topics.elsewhere,
        states.failing_that,
        states.beside,
    )


def _thing(places: Places, states: States, words: Words, item: int) -> str:
    """Of which thing a claim tells: the one of its sentence, or the level beside which it stands."""
    if states.by_level:
        return next((words.levels[place] for place in places if place in words.levels), "")
    return str(item) if states.one_of_several else ""
