"""Sections: of whose day, and of which hospital, a part of a note tells.

What was copied from another note, or stands under the date of another day, brings headings of its own
("PROCEDURE:"). They do not make it today's: only a word for today, its date, or the end of the copy does.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from service.mapping.narrative.automaton import Places
from service.mapping.narrative.claims import Found
from service.mapping.narrative.clauses import Sentence
from service.mapping.narrative.marks import COLON, COMMA, DATES, EARLIER, TODAY
from service.mapping.narrative.meanings import Mark
from service.mapping.narrative.words import Words

_LONGEST_TITLE: Final = 12  # words
_DATED: Final = Mark("dated")
_ENDING: Final = frozenset({COLON, COMMA})


@dataclass(slots=True)
class Section:
    """The part of a note that has been reached."""

    verbs: frozenset[str]
    foreign: str = ""  # copied: from another note; earlier: of another day
    before: str = ""  # the same of the sentence before: a remark on a copy is none itself
    today: bool = False  # a heading gave the date of the service
    void: bool = False  # the wrong patient's, an exercise
    other_days: dict[str, tuple[int, int]] = field(default_factory=dict)  # headings' dates; where

    def enter(self, sentence: Sentence, marks: Collection[str], found: Found) -> None:
        """Go on to the next sentence; `marks` are the kinds of those in it."""
        if sentence.opens_field:
            self.foreign = ""
        self.before = self.foreign
        if not (marks or sentence.held):
            return
        self.void = self.void or "void" in marks
        if "dated" in marks and not sentence.aside:
            self._date(found, sentence)
        if "own" in marks and self._is_title(sentence):
            self.foreign = ""
        elif sentence.held or "copied" in marks or ("copy_title" in marks and self._is_title(sentence)):
            self.foreign = "copied"

    def _date(self, found: Found, sentence: Sentence) -> None:
        """Take note of the date of a heading."""
        words = sentence.words
        for places, meaning in found.marks:
            if meaning == _DATED and self._is_heading(places, words):
                place = next(place for place in places if words.words[place] in DATES)
                mark = words.words[place]
                self.today = self.today or mark == TODAY
                self.foreign = "earlier" if mark == EARLIER else ""
                if mark != TODAY:
                    self.other_days.setdefault(words.days[place], words.span(place, place))
                return

    def _is_heading(self, places: Places, words: Words) -> bool:
        """Whether a date stands at the head of a line, with a colon or nothing behind it."""
        after = places[-1] + 1
        closed = after == len(words.words) or words.words[after] in _ENDING
        labelled = any(words.words[place] == COLON for place in places)
        return places[0] == 0 and (closed or labelled)

    def _is_title(self, sentence: Sentence) -> bool:
        """Whether a sentence is no more than a title: short, nothing behind its colon, without a verb."""
        own = sentence.words.words
        return len(own) <= _LONGEST_TITLE and COLON not in own[:-1] and self.verbs.isdisjoint(own)
