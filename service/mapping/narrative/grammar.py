"""The grammar: headings, and the words at which a text is cut up; from mappings/terms/cues.yaml."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from service.mapping.narrative.marks import COLON, COMMA, EARLIER, LATER, TODAY

_LONGEST_HEADING: Final = 6  # words
_SIDE: Final = "left"
_NO_HEADING: Final = frozenset({COMMA, EARLIER, TODAY, LATER})


@dataclass(frozen=True, slots=True)
class Grammar:
    """The headings of notes, and the words by which a text is cut up."""

    today_headings: frozenset[tuple[str, ...]]  # what stands under them is today's service
    aside_headings: frozenset[str]  # a heading with one of these words: history, plan, consent
    title_headings: frozenset[tuple[str, ...]]  # what stands under them says what the note is about
    contrasts: frozenset[str]
    verbs: frozenset[str]
    holding_headings: frozenset[str]  # with nothing behind them, the next heading stands under them
    openers: frozenset[str]  # "and" before one of these opens a clause
    breaks: frozenset[str]  # where a clause may begin: contrasts, and
    reason_headings: frozenset[str]  # of those aside: they hold up to a field, or to a line in which
    making_ready: frozenset[str]  # the patient is made ready
    field_headings: frozenset[tuple[str, ...]]  # "Approach", "Needle"
    going_on: frozenset[str]  # no title ends with one of these
    links: frozenset[str]  # a clause with no more than these before a cue has no subject of its own

    def tells(self, words: Sequence[str]) -> bool:
        """Whether words behind a heading tell something, by a verb ("left" may be a side)."""
        told = words[words.index(COLON) :] if COLON in words else words
        return any(word in self.verbs and word != _SIDE for word in told)

    def begins(self, words: Sequence[str]) -> bool:
        """Whether the patient is made ready: no reason is told any more."""
        return not self.making_ready.isdisjoint(words)

    def ends_reason(self, heading: Sequence[str], words: Sequence[str]) -> bool:
        """Whether a line below a reason says how it was done; with another label ("Old level") none does."""
        return tuple(heading) in self.field_headings if heading else self.begins(words)

    def label(self, words: Sequence[str]) -> int:
        """Return how many words at the head of a sentence are the label of a field, and its colon."""
        return words.index(COLON) + 1 if heading_words(words) in self.field_headings else 0

    def may_end_with_its_line(self, heading: Sequence[str]) -> bool:
        """Whether a heading says what the note is about, or why, which takes no full stop."""
        return tuple(heading) in self.title_headings or not self.reason_headings.isdisjoint(heading)

    def ends_title(self, line: Sequence[str]) -> bool:
        """Whether a title may end with its line: it tells nothing, and its last word asks for no other."""
        return not (self.tells(line) or line[-1] in self.going_on)


def heading_words(words: Sequence[str]) -> tuple[str, ...]:
    """Return what stands before the colon at the head of a sentence; nothing where there is none.

    A date makes no difference: "PROCEDURE (3/2/2026):".
    """
    window = words[: _LONGEST_HEADING + 1]
    if COLON not in window:
        return ()
    return tuple(word for word in window[: window.index(COLON)] if word not in _NO_HEADING)


def sets_aside(heading: Sequence[str], grammar: Grammar) -> bool | None:
    """Return whether a heading sets aside what stands under it; None where it is neither kind."""
    if tuple(heading) in grammar.today_headings:
        return False
    return None if grammar.aside_headings.isdisjoint(heading) else True
