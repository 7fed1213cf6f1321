"""The numbers of a narrative, and which of them say by themselves how much.

"2-3 cm", "over 3 cm", "3 cm or more" say how much, but not by one number: they are vague. "40 mg/ml", "10:30"
and "#3" say something else, and are no numbers. In doubt a number is vague: the price is a question.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import nan
from typing import Final, NamedTuple

#: This stands in phrases for a number.
NUMBER: Final = "{number}"

_PLAIN = re.compile(r"(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,8}|0)?(?:\.\d{1,9})?")
_LONGEST_BEFORE: Final = 3  # characters of the next two
#: The number of something ("#2"), the second part of a time.
_OTHER_BEFORE = re.compile(r"[#^]$|\d:$")
_VAGUE_BEFORE = re.compile(r"[<>_]=? ?$|\d[-/]$")
#: Percent, feet, inches, the first part of a time, a rate ("mg/ml", "mg per ml").
_OTHER_AFTER = re.compile(r"[%'\"]|:\d|[ -]?[a-z]{1,12}\s?(?:/\s?[a-z]|per\b)")
#: A fraction, a sum, a sign that was folded away (a small 2), "or more".
_VAGUE_AFTER = re.compile(
    r"-\d|[ -]?[a-z]{0,12}\s?(?:[/^_+]|or (?:more|less|greater|longer|larger|smaller|so)\b)"
)
_BOUNDS = frozenset(
    {"than", "least", "most", "under", "below", "above", "within", "exceeding", "almost", "nearly"}
    | {"additional", "another", "extra", "further", "every", "each", "first", "next", "last", "initial"}
    | {"plus", "minus"}
)
_TIMES = ("min", "hour", "hr", "h", "sec")
_ACROSS = frozenset({"x", "by"})  # "3 x 2 cm"
_FARTHEST: Final = 2  # words between two numbers that belong together: "3 cm by 2 cm"
_OR = frozenset({"to", "or", "through"})  # "2 cm to 3 cm"
_OTHERWISE = _OR | {"and", ","}  # "2 to 3 cm", "2, 3 cm"
_STOPS = frozenset({".", "\n", ",", ":", ""})


class Number(NamedTuple):
    """A number, and the places of all numbers of its row ("3 x 2 cm"), itself among them."""

    value: float
    row: tuple[int, ...]
    vague: bool = False

    def moved(self, by: int) -> "Number":
        """Return it as it stands so many words further on."""
        return self._replace(row=tuple(place + by for place in self.row))


def find_numbers(
    words: Sequence[str], tokens: Sequence[re.Match[str]], places: Sequence[int]
) -> Mapping[int, Number]:
    """Return what the numeric words at some places say."""
    found: dict[int, Number] = {}
    for row in _rows(words, places):
        values = [_value(tokens[place]) for place in row]
        # Nobody writes the lesser side of a wound first: what does not begin with the greatest is no size.
        vague = not all(value <= values[0] for value in values) or any(
            _is_vague(words, tokens, place) for place in row
        )
        found |= {place: Number(value, row, vague) for place, value in zip(row, values, strict=True)}
    for before, after in pairwise(places):
        if _is_range(words, tokens, before, after):
            for place in (*found[before].row, *found[after].row):
                found[place] = found[place]._replace(vague=True)
    return {place: number for place, number in found.items() if not _is_other(tokens[place])}


def _value(token: re.Match[str]) -> float:
    """Return what a numeric word says; nan where it is no plain number ("1.2.3", "3,5")."""
    return float(token[0].replace(",", "")) if _PLAIN.fullmatch(token[0]) else nan


def _rows(words: Sequence[str], places: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Numbers that tell of one thing together: "3 x 2 cm", "3 cm by 2 cm"."""
    row: list[int] = []
    for place in places:
        if row and not _is_across(words, row[-1], place):
            yield tuple(row)
            row = []
        row.append(place)
    if row:
        yield tuple(row)


def _is_across(words: Sequence[str], before: int, after: int) -> bool:
    between = words[before + 1 : after]
    return 0 < len(between) <= _FARTHEST and between[-1] in _ACROSS


def _is_range(words: Sequence[str], tokens: Sequence[re.Match[str]], before: int, after: int) -> bool:
    """Whether two numbers are the ends of a range, parts of a fraction, or of one list."""
    between = words[before + 1 : after]
    if not between:
        return True  # "2-3", "3 1/2"
    if len(between) > _FARTHEST:
        return False
    if between == ["."]:
        return before > 0 and words[before - 1] not in _STOPS  # "a 3. 5 cm wound", but not "1. 3 cm"
    if len(between) == 1:
        return between[0] in _OTHERWISE or _is_joined(tokens, after)
    listed = between[0] == "," and between[1] in _OTHERWISE
    return listed or between[1] in _OR or tokens[after - 1].lastgroup == "dash"


def _is_joined(tokens: Sequence[re.Match[str]], after: int) -> bool:
    """Whether a unit stands between, and a hyphen behind it: "2cm-3cm"."""
    between = tokens[after].string[tokens[after - 1].end() : tokens[after].start()]
    return between.strip() in ("-", "/")


def _is_vague(words: Sequence[str], tokens: Sequence[re.Match[str]], place: int) -> bool:
    return _stands_by(tokens[place], _VAGUE_BEFORE, _VAGUE_AFTER) or _is_bound(words, place)


def _is_other(token: re.Match[str]) -> bool:
    return _stands_by(token, _OTHER_BEFORE, _OTHER_AFTER)


def _stands_by(token: re.Match[str], before: re.Pattern[str], after: re.Pattern[str]) -> bool:
    text, start = token.string, token.start()
    return bool(
        before.search(text[max(0, start - _LONGEST_BEFORE) : start]) or after.match(text, token.end())
    )


def _is_bound(words: Sequence[str], place: int) -> bool:
    before = words[place - 1] if place else ""
    if before == "to":
        return place > 1 and words[place - 2] == "up"
    if before == "over":  # over 7 cm; but over 30 minutes is how long it took
        return not (place + 1 < len(words) and words[place + 1].startswith(_TIMES))
    return before in _BOUNDS
