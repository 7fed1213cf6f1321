"""Words of notes: how a text is cut into them, and which of them may stand in an index."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

_WORD = re.compile(r"[^\W_]+")
_SHORTEST: Final = 2
_MOST_DIGITS: Final = 4  # more of them may be a number of somebody
_COMMON = """
an and any are as at be been but by can did do does for from had has have he her him his if in into is it its
may no not of on or our out she so than that the their them then there these they this to under up was we were
when where which while who will with without you patient procedure
"""
#: Words that stand in most notes: as good as none for finding one, and much to keep.
COMMON: Final = frozenset(_COMMON.split())


class Word(NamedTuple):
    """A word, folded, and where it stands: characters of the text."""

    text: str
    start: int
    end: int


def words_of(text: str) -> Iterator[Word]:
    """The words of a text, in order."""
    for found in _WORD.finditer(text):
        yield Word(_folded(found[0]), found.start(), found.end())


def is_indexed(word: str) -> bool:
    """Whether notes can be found by a word: not by the commonest, nor by a long number."""
    digits = sum(map(str.isdigit, word))
    return len(word) >= _SHORTEST and digits <= _MOST_DIGITS and word not in COMMON


def _folded(word: str) -> str:
    """Without case and accents: "Épidural" is "epidural"."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
