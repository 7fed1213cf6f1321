"""The delimiters of a message, and its escape sequences, in both directions."""

import re
from functools import lru_cache
from typing import NamedTuple

from service.domain.errors import Fault, UnreadableInput

#: Characters that no outbound text carries: they end segments and frames, here or in a reader's software,
#: or (halves of surrogate pairs) are none.
CONTROL_CHARACTERS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")
_HEX = re.compile(r"X([0-9A-Fa-f]+)")
#: Formatting commands: what starts a new line does so here; the rest (indents, fill) is layout, and dropped.
_FORMATTING = {".br": "\n", ".sp": "\n", ".ce": "\n", ".sk": " ", ".in": "", ".ti": "", ".fi": "", ".nf": ""}
_HIGHLIGHTING = {"H": "", "N": ""}
_MOST_ENCODING_CHARACTERS = 5


class Separators(NamedTuple):
    """MSH-1 and MSH-2; "" for one that the sender leaves out."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    truncation: str = ""  # from 2.7

    def __str__(self) -> str:
        """MSH-2."""
        return self.component + self.repetition + self.escape + self.subcomponent + self.truncation


STANDARD = Separators()


@lru_cache(maxsize=64)
def read_separators(field: str, encoding: str) -> Separators:
    """Delimiters out of MSH-1 and MSH-2; raises UnreadableInput when they cannot be delimiters."""
    characters = field + encoding
    if not encoding or len(encoding) > _MOST_ENCODING_CHARACTERS:
        raise UnreadableInput(Fault("MSH-2", "102", "MSH-2 does not hold one to five delimiters"))
    if len(set(characters)) != len(characters):
        raise UnreadableInput(Fault("MSH-2", "102", "one character stands for two delimiters"))
    if any(c.isalnum() or c == " " or not c.isprintable() for c in characters):
        raise UnreadableInput(Fault("MSH-2", "102", "a delimiter is a letter, a digit or invisible"))
    return Separators(field, *encoding, *[""] * (_MOST_ENCODING_CHARACTERS - 1 - len(encoding)))


def unescape(text: str, separators: Separators) -> str:
    """Text of one component as people read it. Escapes that are not known stay as they are."""
    if not separators.escape or separators.escape not in text:
        return text
    parts = text.split(separators.escape)
    done = [parts[0]]
    at = 1
    while at < len(parts):
        meaning = _meaning(parts[at], separators) if at + 1 < len(parts) else None
        if meaning is None:
            done += separators.escape, parts[at]
            at += 1
        else:
            done += meaning, parts[at + 1]
            at += 2
    return "".join(done)


def escape(text: str, separators: Separators = STANDARD) -> str:
    """Text made safe to stand in a component; raises ValueError for what may not stand there at all."""
    if text.isalnum():
        return text
    if CONTROL_CHARACTERS.search(text):
        raise ValueError("a control character cannot be sent")
    return text.translate(_escapes(separators))


def _meaning(body: str, separators: Separators) -> str | None:
    """What stands between two escape characters, or None if that is no escape sequence."""
    if len(body) == 1:
        return _letters(separators).get(body)
    return _longer_meaning(body)


@lru_cache(maxsize=64)
def _letters(separators: Separators) -> dict[str, str]:
    letters = {
        "F": separators.field,
        "S": separators.component,
        "R": separators.repetition,
        "E": separators.escape,
        "T": separators.subcomponent,
        "P": separators.truncation,
    }
    return {letter: character for letter, character in letters.items() if character} | _HIGHLIGHTING


def _longer_meaning(body: str) -> str | None:
    hexadecimal = _HEX.fullmatch(body)
    if hexadecimal is None or len(hexadecimal[1]) % 2:
        return _FORMATTING.get(body[:3].lower())
    data = bytes.fromhex(hexadecimal[1])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")  # senders mean a line end by \X0D\


@lru_cache(maxsize=64)
def _escapes(separators: Separators) -> dict[int, str]:
    mark = separators.escape
    if not mark:
        raise ValueError("without an escape character no text can be made safe")
    return {ord(c): f"{mark}{letter}{mark}" for letter, c in _letters(separators).items() if c}
