"""What a template left in a note: marks to be filled in, and boxes to be ticked."""

import re

from service.mapping.narrative.marks import COLON, COMMA, PARAGRAPH_END, SENTENCE_END, UNFILLED, UNTICKED

_ENDS = frozenset({SENTENCE_END, PARAGRAPH_END})
#: These a template fills with who the patient is, and when: nothing that a code hangs on.
_PERSONAL = re.compile(
    r"@(?:\w{0,20}name|age|sex|gender|dob|mrn|he|she|his|her|him|cap\w{0,20}|today\w{0,10}|td|now|me)@"
)


class Boxes:
    """The boxes of a text, each before or behind its words, as its words are cut."""

    def __init__(self, words: list[str], tokens: list[re.Match[str]]) -> None:
        self._words, self._tokens = words, tokens
        self._line = 0  # the word with which the line begins
        self._found = self._lead = False  # a box on this line; they stand before their words

    def next_line(self, stop: str) -> str:
        """Return what a line end means: behind a line of boxes, the end of the last one's words."""
        ends = self._lead and not stop
        self._line = len(self._words) + bool(ends or stop)
        self._found = self._lead = False
        return SENTENCE_END if ends else stop

    def word(self, token: re.Match[str]) -> str:
        """Return the mark that stands for a token; "" where it takes nothing back."""
        if token.lastgroup == "unfilled":
            return "" if _PERSONAL.fullmatch(token[0]) else UNFILLED
        if not self._found:
            self._found, self._lead = True, self._is_at_the_head()
        if self._lead:
            self._part(token)
        if token.lastgroup == "ticked":
            return ""
        if self._lead:
            return UNTICKED
        if self._words[-1] == SENTENCE_END:  # "Fluoroscopy was used. [ ]": it speaks of what came before
            self._words[-1] = COMMA
        return UNFILLED

    def _is_at_the_head(self) -> bool:
        return len(self._words) == self._line or self._words[-1] == COLON

    def _part(self, token: re.Match[str]) -> None:
        """End what came before: each box has words of its own, and the first of a label that label too."""
        if self._words and self._words[-1] not in _ENDS and self._words[-1] != COLON:
            self._words.append(SENTENCE_END)
            self._tokens.append(token)
