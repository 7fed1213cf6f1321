"""How far a word reaches: sentences, headings, and the clauses within a sentence.

A cue such as "no" or "planned" touches what stands in its clause. Clauses meet at commas, "and", and words
of contrast; a part without a verb of its own still belongs to its neighbour ("no fluoroscopy, CT or
ultrasound"). In doubt a cue reaches further: the price is a question, not a wrong code.
"""

import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import compress
from typing import Final, NamedTuple

from service.mapping.narrative.grammar import Grammar, heading_words, sets_aside
from service.mapping.narrative.marks import (
    COLON,
    COMMA,
    EARLIER,
    LATER,
    PARAGRAPH_END,
    SENTENCE_END,
    STOPS,
    TODAY,
)
from service.mapping.narrative.words import Words

_LONGEST_TITLE: Final = 12  # words
_NO_TITLE: Final = STOPS | {COLON, EARLIER, TODAY, LATER}


class Reach(StrEnum):
    """Which words a cue touches."""

    AFTER = "after"  # those after it in its clause
    BEFORE = "before"
    BOTH = "both"
    CLAUSE = "clause"  # both, but never the clause before: "was left in place and will be removed"
    CHAIN = "chain"  # all clauses up to a word of contrast
    SENTENCE = "sentence"


class Sentence(NamedTuple):
    """A sentence of a text."""

    words: Words
    aside: bool  # stands under History, Plan, Consent, ...
    opens_paragraph: bool  # or a section
    in_title: bool = False  # stands under a heading that says what the note is about
    title: int = 0  # so many of its first words are what that heading says; what comes behind them tells
    held: bool = False  # its heading stands under one that sets it aside ("PLAN:", and then "PROCEDURE: ...")
    opens_field: bool = False  # the first under a title of its own such as Technique


class Titles(NamedTuple):
    """Which words of a text stand in a field that has a title of its own."""

    aside: bytes = b""  # one a word, 1 = its title says History, Plan, ...; empty = no word does
    today: frozenset[int] = frozenset()  # the first word under each title such as Technique


_UNTITLED = Titles()


def sentences(text: Words, grammar: Grammar, titles: Titles = _UNTITLED) -> Iterator[Sentence]:
    """Cut a text into sentences, and say under which kind of heading each stands.

    No heading within a field can make today's what the field's own title sets aside.
    """
    aside = in_title = names = holds = lists = False
    reason_ends = sys.maxsize  # the line of why it is done
    opening_line = _opening_line(text, grammar)
    for start, part, title, opens_paragraph in _parts(text, grammar, opening_line):
        end = start + len(part.words)
        titled_aside = bool(titles.aside) and 1 in titles.aside[start:end]
        opens_field = bool(titles.today) and not titles.today.isdisjoint(range(start, end))
        heading = sets_aside(title, grammar) if title and not titled_aside else None
        if heading is None and (
            opens_field or (part.tokens[0].start() > reason_ends and grammar.ends_reason(title, part.words))
        ):
            heading = False
        if heading is not None:
            aside, in_title = heading, title in grammar.title_headings
            names = lists = in_title
            is_reason = heading and not grammar.reason_headings.isdisjoint(title)
            reason_ends = part.reason_end() if is_reason else sys.maxsize
        opening = start == 0 and end == opening_line
        names = names and (lists or part.is_item())
        words = end if opening else _title(part, title, grammar) if names else 0
        names = words == len(part.words) and not opening
        lists = part.words[-1] == COLON or (lists and not title)
        held = holds and heading is False and not opens_field
        opens = opens_paragraph or heading is not None
        yield Sentence(part, aside or titled_aside, opens, in_title or opening, words, held, opens_field)
        holds = _holds(part.words, grammar)


def _title(part: Words, heading: Sequence[str], grammar: Grammar) -> int:
    """Return how many words of a sentence under such a heading say what the note is about.

    What is told below them, under no heading of its own, may run on from their line. Of a list of titles
    (numbered, or below a heading with nothing behind it) none ends in a full stop.
    """
    if grammar.tells(part.words):
        return part.first_line() if heading else 0
    return 0 if part.ends_in_full_stop() and not heading else len(part.words)


def _between_stops(words: Sequence[str]) -> Iterator[tuple[int, int, bool]]:
    """Yield where each sentence begins and ends, and whether it opens a paragraph."""
    start, opens = 0, True
    stops = compress(range(len(words)), map(STOPS.__contains__, words))
    for end in (*stops, len(words)):
        if start < end:
            yield start, end, opens
            opens = False
        opens = opens or (end < len(words) and words[end] == PARAGRAPH_END)
        start = end + 1


def _parts(
    text: Words, grammar: Grammar, opening_line: int
) -> Iterator[tuple[int, Words, tuple[str, ...], bool]]:
    """Yield where each sentence begins, its words, those of its heading, and whether it opens a paragraph.

    The line of a title, or of a reason, is parted from what is told below it, where no full stop does:
    "PROCEDURE: Blood patch", and below it "Her headache was severe two days ago."
    """
    for start, end, opens_paragraph in _between_stops(text.words):
        whole = text.part(start, end)
        heading = heading_words(whole.words)
        line = _title_line(whole, heading, grammar) if heading else 0
        line = line or (0 if start else opening_line)
        if 0 < line < len(whole.words):
            title, below = text.part(start, start + line), text.part(start + line, end)
            yield start, title, heading_words(title.words), opens_paragraph
            yield start + line, below, heading_words(below.words), False
        else:
            yield start, whole, heading, opens_paragraph


def _opening_line(text: Words, grammar: Grammar) -> int:
    """Return how many words of a text are a line or fragment above it that is its title; else 0."""
    line = text.words[: text.first_line()] if text.has_opening_line else ()
    if SENTENCE_END in line:
        line = line[: line.index(SENTENCE_END)]
    if not 0 < len(line) <= _LONGEST_TITLE or not _NO_TITLE.isdisjoint(line):
        return 0
    if sets_aside(line, grammar) is not None or not grammar.ends_title(line):
        return 0
    return len(line) + (text.words[len(line)] == COLON)  # which stands for the end of a line of capitals


def _title_line(whole: Words, heading: Sequence[str], grammar: Grammar) -> int:
    """Return how many words of a sentence are the line of a title, with something told below it; else 0."""
    if not grammar.may_end_with_its_line(heading):
        return 0
    line = whole.first_line()
    rest = whole.words[line:]
    told = grammar.tells(rest) or grammar.begins(rest)
    return line if told and grammar.ends_title(whole.words[:line]) else 0


def _holds(words: Sequence[str], grammar: Grammar) -> bool:
    """Whether a heading such as "PLAN:" has nothing behind it."""
    return words[-1] == COLON and not grammar.holding_headings.isdisjoint(words)


@dataclass(frozen=True, slots=True)
class _Clause:
    start: int
    end: int
    hard: bool  # a word of contrast stands before it
    comma: bool  # only a comma stands before it
    verb: bool


class Clauses:
    """The clauses of one sentence."""

    def __init__(self, words: Sequence[str], grammar: Grammar) -> None:
        self._words, self._grammar = words, grammar
        self._clauses = self._split()
        self._ends = [clause.end for clause in self._clauses]

    def touched(self, start: int, end: int, reach: Reach) -> tuple[int, int]:
        """Return the range of words that a cue standing at `start` to `end` touches."""
        if reach is Reach.SENTENCE:
            return 0, len(self._words)
        if reach is Reach.CHAIN:
            return self._chain(start)
        first = end if reach is Reach.AFTER else self._leftmost(start, reach)
        last = self._rightmost(start) if reach is not Reach.BEFORE else start
        return first, last

    def _split(self) -> list[_Clause]:
        words, start, end = self._words, 0, len(self._words)
        clauses = []
        hard = comma = False
        breaks = [i for i in range(1, end) if words[i] in self._grammar.breaks or words[i - 1] == COMMA]
        for at in (*breaks, end):
            kind = self._break(at)
            if at < end and kind is None:
                continue
            verb = not self._grammar.verbs.isdisjoint(words[start:at])
            clauses.append(_Clause(start, at, hard, comma, verb))
            start, (hard, comma) = at, kind or (False, False)
        return clauses

    def _break(self, at: int) -> tuple[bool, bool] | None:
        """Return how a clause begins at a word: hard, after a comma alone; None where none does."""
        if at == len(self._words):
            return None
        word = self._words[at]
        if word in self._grammar.contrasts:
            return True, False
        if self._words[at - 1] == COMMA:
            return False, word not in ("and", "then")
        following = self._words[at + 1] if at + 1 < len(self._words) else ""
        return (False, False) if word == "and" and following in self._grammar.openers else None

    def _index(self, place: int) -> int:
        return bisect_right(self._ends, place)

    def _leftmost(self, place: int, reach: Reach) -> int:
        i = self._index(place)
        # "..., but was not used" has no subject of its own: it speaks of what came before.
        before = self._words[self._clauses[i].start : place]
        bare = reach is not Reach.CLAUSE and self._grammar.links.issuperset(before)
        while i and (bare or not (self._clauses[i].hard or self._clauses[i - 1].verb)):
            i -= 1
            bare = False
        return self._clauses[i].start

    def _rightmost(self, place: int) -> int:
        i = self._index(place)
        while i + 1 < len(self._clauses) and self._runs_on(i):
            i += 1
        return self._clauses[i].end

    def _runs_on(self, i: int) -> bool:
        """Whether what is said in a clause holds for the next one too."""
        here, below = self._clauses[i], self._clauses[i + 1]
        if below.hard:
            return False
        listed = self._words[below.start] in ("or", "nor") or (below.comma and not here.verb)
        return listed or not below.verb

    def _chain(self, place: int) -> tuple[int, int]:
        first = last = self._index(place)
        while not self._clauses[first].hard and first:
            first -= 1
        while last + 1 < len(self._clauses) and not self._clauses[last + 1].hard:
            last += 1
        return self._clauses[first].start, self._clauses[last].end
