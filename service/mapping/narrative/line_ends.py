"""What the end of a line means: reports come wrapped at any column, and as lists, labels and headings."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from service.mapping.narrative.marks import COLON, PARAGRAPH_END, SENTENCE_END

_LABEL = re.compile(r"[a-z][a-z /()&'-]{0,40}(?::|(?<= )#?\d{1,2}:(?!\d))")  # "Wound 2:", but not "at 10:30"
_CAPITALS = re.compile(r"(?m)^[ \t]*[A-Z][A-Z /&-]{2,40}$")
#: Three words of capitals or more stand alone above text that is none: "LUMBAR DISCOGRAPHY, L4-5".
_HEADLINE = re.compile(
    r"(?m)^[ \t]*[A-Z][A-Z0-9,/&()-]* [A-Z0-9,/&()-]+ [A-Z0-9 ,/&()-]{1,50}$(?=\n[^\n]*[a-z])"
)
_BULLETS: Final = frozenset("-*.)")


class LineEnds:
    """The ends of the lines of a text."""

    def __init__(self, text: str) -> None:
        self._capitals = {found.end() for found in _CAPITALS.finditer(text)}
        self._headlines = {found.end() for found in _HEADLINE.finditer(text)}
        self._short = set(_short_lines(text))

    def marks(self, found: re.Match[str]) -> tuple[str, ...]:
        """Return the marks of a line end, as found in the folded text; none where the line just wraps.

        A line of capitals may be a heading. Above a label ("Position: prone") it stands alone.
        """
        if found[0].count("\n") > 1:
            return (PARAGRAPH_END,)
        heading = (COLON,) if found.start() in self._capitals else ()
        stands_alone = found.start() in self._headlines or _begins_item(found)
        if not heading:
            stands_alone = stands_alone or found.start() in self._short
        return (*heading, SENTENCE_END) if stands_alone else heading


def _short_lines(text: str) -> Iterator[int]:
    """Where a line ends though the next word, a capital, would have stood on it: it was ended on purpose."""
    lines = text.split("\n")
    width, at = max(map(len, lines)), -1
    for line, below in pairwise(lines):
        at += len(line) + 1
        if below[:1].isupper() and len(line) + 1 + len(below.split(None, 1)[0]) <= width:
            yield at


def _begins_item(found: re.Match[str]) -> bool:
    """Whether behind a line end stands an item of a list, or a label."""
    return not _BULLETS.isdisjoint(found[0]) or _LABEL.match(found.string, found.end()) is not None
