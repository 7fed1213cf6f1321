"""Phrases: the small language in which mappings/terms says what words mean.

A phrase is words in their order. `a|b` is either, `<family>` any member of a family, `word?` may be absent,
`...` up to eight words in between, `{level}` an interspace, `{vertebra}` a vertebra, `{number}` a number,
`{year}` a year, `{time}` a time of day, `{question}` a question mark, `{unfilled}` and `{unticked}` what
a template left open. Case, hyphens and line ends make no difference. There are no
regular expressions in the files: finding takes time in proportion to the text.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from service.mapping.files.yaml_fault import nearest
from service.mapping.narrative.marks import (
    EARLIER,
    LATER,
    LEVEL,
    QUESTION,
    STOPS,
    TIME,
    TODAY,
    UNFILLED,
    UNTICKED,
    VERTEBRA,
    YEAR,
)
from service.mapping.narrative.numbers import NUMBER
from service.mapping.narrative.words import Words, cut

GAP_LENGTH: Final = 8
_MOST_GAPS: Final = 2
_MARKS = frozenset({LEVEL, VERTEBRA, NUMBER, YEAR, QUESTION, EARLIER, TODAY, LATER, TIME, UNFILLED, UNTICKED})
_MARK = re.compile(r"(\{[^{}]*\})")

Families = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """One place of a phrase: by first word, what may stand there."""

    choices: Mapping[str, tuple[tuple[str, ...], ...]]
    optional: bool = False
    gap: bool = False  # any words, up to GAP_LENGTH
    numeric: bool = False  # a number may stand there
    plain: bool = False  # one word stands there, always

    @property
    def words(self) -> Iterator[tuple[str, ...]]:
        """All that may stand there."""
        return (choice for choices in self.choices.values() for choice in choices)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A compiled phrase."""

    text: str
    steps: tuple[Step, ...]
    numeric: bool  # has a number in it

    def always_has(self, marks: Collection[str]) -> bool:
        """Whether one of these is among its words wherever it stands."""
        return any(
            step.choices
            and not step.optional
            and all(not set(choice).isdisjoint(marks) for choice in step.words)
            for step in self.steps
        )

    def may_leave_open(self, mark: str) -> bool:
        """Whether this may be its end, or stand before a gap, or before a word that may be absent."""
        following = (*self.steps[1:], Step({}, gap=True))
        return any(
            choice[-1] == mark and (after.gap or after.optional)
            for step, after in zip(self.steps, following, strict=True)
            for choice in step.words
        )


def compile_phrase(text: str, families: Families) -> Phrase:
    """Compile a phrase; ValueError says what is wrong with it."""
    steps = tuple(_step(part, families) for part in text.split())
    if not steps or any(end.gap or end.optional for end in (steps[0], steps[-1])):
        message = f"phrase {text!r} must begin and end with a word"
        raise ValueError(message)
    if not all(STOPS.isdisjoint(choice) for step in steps for choice in step.words):
        message = f"phrase {text!r} goes on behind the end of a sentence"
        raise ValueError(message)
    if sum(step.gap for step in steps) > _MOST_GAPS:
        message = f"phrase {text!r} has more than {_MOST_GAPS} gaps"
        raise ValueError(message)
    if _gaps_touch(steps):
        message = f"phrase {text!r} needs a word between its gaps that is not optional"
        raise ValueError(message)
    numeric = any(step.numeric for step in steps)
    if numeric and any(cut(word).numbers for step in steps for choice in step.words for word in choice):
        message = f"phrase {text!r} has another number beside {NUMBER}"
        raise ValueError(message)
    return Phrase(text, steps, numeric)


def _gaps_touch(steps: Sequence[Step]) -> bool:
    kept = [step.gap for step in steps if not step.optional]
    return any(one and other for one, other in pairwise(kept))


def _step(part: str, families: Families) -> Step:
    if part == "...":
        return Step({}, gap=True)
    optional = part.endswith("?")
    choices: dict[str, list[tuple[str, ...]]] = {}
    for choice in _choices(part.removesuffix("?"), families):
        choices.setdefault(choice[0], []).append(choice)
    longest_first = {head: tuple(sorted(found, key=len, reverse=True)) for head, found in choices.items()}
    numeric = any(NUMBER in choice for found in choices.values() for choice in found)
    single = all(len(choice) == 1 for found in choices.values() for choice in found)
    return Step(longest_first, optional, numeric=numeric, plain=single and not (optional or numeric))


def _choices(part: str, families: Families) -> Iterable[tuple[str, ...]]:
    for choice in part.split("|"):
        if choice.startswith("<"):
            yield from map(words_of, _members(choice.strip("<>"), families))
        else:
            yield words_of(choice)


def _members(name: str, families: Families) -> tuple[str, ...]:
    if name not in families:
        message = f"unknown family {name!r}{nearest(name, families)}"
        raise ValueError(message)
    return families[name]


@lru_cache(maxsize=16_384)  # families and steps name the same words again and again
def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a plain phrase, cut as a narrative is."""
    words = tuple(word for part in _MARK.split(text) for word in _words(part))
    if not words:
        message = f"{text!r} is no word"
        raise ValueError(message)
    return words


def _words(part: str) -> Sequence[str]:
    if not part.startswith("{"):
        return cut(part).words
    if part not in _MARKS:
        message = f"unknown mark {part!r}{nearest(part, _MARKS)}"
        raise ValueError(message)
    return [part]


def match(phrase: Phrase, text: Words, start: int, gap_ends: frozenset[str]) -> tuple[int, ...] | None:
    """Return the places of the phrase's own words, those in gaps left out, if it stands at `start`.

    A gap does not pass over a word of `gap_ends`: "catheter ... left in place" must not read "the catheter
    was removed and the needle left in place".
    """
    return _match(phrase.steps, 0, text, start, gap_ends)


def _match(
    steps: tuple[Step, ...], at: int, text: Words, place: int, gap_ends: frozenset[str]
) -> tuple[int, ...] | None:
    words, start, last = text.words, place, len(text.words)
    for step in steps[at:]:
        if not step.plain:
            break
        if place == last or words[place] not in step.choices:
            return None
        place += 1
    own = tuple(range(start, place))
    at += place - start
    if at == len(steps):
        return own
    rest = (
        _match_after_gap(steps, at + 1, text, place, gap_ends)
        if steps[at].gap
        else _match_one_of(steps, at, text, place, gap_ends)
    )
    return rest if rest is None or not own else own + rest


def _match_one_of(
    steps: tuple[Step, ...], at: int, text: Words, place: int, gap_ends: frozenset[str]
) -> tuple[int, ...] | None:
    step = steps[at]
    choices = step.choices.get(text.words[place], ()) if place < len(text.words) else ()
    if step.numeric and place in text.numbers:
        choices = (*choices, *step.choices.get(NUMBER, ()))
    for choice in choices:
        after = place + len(choice)
        if len(choice) == 1 or _stands(choice, text, place):
            rest = _match(steps, at + 1, text, after, gap_ends)
            if rest is not None:
                return (*range(place, after), *rest)
    return _match(steps, at + 1, text, place, gap_ends) if step.optional else None


def _stands(choice: tuple[str, ...], text: Words, place: int) -> bool:
    words = text.words[place : place + len(choice)]
    return len(words) == len(choice) and all(
        word == wanted or (wanted == NUMBER and place + i in text.numbers)
        for i, (word, wanted) in enumerate(zip(words, choice, strict=True))
    )


def _match_after_gap(
    steps: tuple[Step, ...], at: int, text: Words, place: int, gap_ends: frozenset[str]
) -> tuple[int, ...] | None:
    words, ends = text.words, None if steps[at].numeric or steps[at].optional else steps[at].choices
    for after in range(place, min(place + GAP_LENGTH + 1, len(words))):
        word = words[after]
        if ends is None or word in ends:
            found = _match(steps, at, text, after, gap_ends)
            if found is not None:
                return found
        if word in gap_ends or word in STOPS:
            return None
    return None
