"""Phrases: the small language in which mappings/terms says what words mean.

A phrase is words in their order. `a|b` is either, `<family>` any member of a family, `word?` may be absent,
`...` up to eight words in between, `{level}` an interspace, `{vertebra}` a vertebra, `{year}` a year,
`{question}` a question mark. Case, hyphens and line ends make no difference. There are no regular expressions
in the files: finding takes time in proportion to the text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from service.mapping.words import (
    COLON,
    COMMA,
    LEVEL,
    PARAGRAPH_END,
    QUESTION,
    SENTENCE_END,
    VERTEBRA,
    YEAR,
    cut,
)
from service.mapping.yaml_fault import nearest

_GAP_LENGTH: Final = 8
_MOST_GAPS: Final = 2
_MARKS = frozenset({LEVEL, VERTEBRA, YEAR, QUESTION, COMMA, COLON})
_STOPS = frozenset({SENTENCE_END, PARAGRAPH_END})

Families = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """One place of a phrase: by first word, what may stand there."""

    choices: Mapping[str, tuple[tuple[str, ...], ...]]
    optional: bool = False
    gap: bool = False  # any words, up to _GAP_LENGTH


@dataclass(frozen=True, slots=True)
class Phrase:
    """A compiled phrase."""

    text: str
    steps: tuple[Step, ...]
    last: frozenset[str] | None  # without one of these it cannot stand; None: it is a single word

    @property
    def heads(self) -> tuple[str, ...]:
        """The words with which it can begin."""
        return tuple(self.steps[0].choices)


def compile_phrase(text: str, families: Families) -> Phrase:
    """Compile a phrase; ValueError says what is wrong with it."""
    steps = tuple(_step(part, families) for part in text.split())
    if not steps or any(end.gap or end.optional for end in (steps[0], steps[-1])):
        message = f"phrase {text!r} must begin and end with a word"
        raise ValueError(message)
    if sum(step.gap for step in steps) > _MOST_GAPS:
        message = f"phrase {text!r} has more than {_MOST_GAPS} gaps"
        raise ValueError(message)
    single = len(steps) == 1 and all(choice == (head,) for head, (choice, *_) in steps[0].choices.items())
    return Phrase(text, steps, None if single else frozenset(steps[-1].choices))


def _step(part: str, families: Families) -> Step:
    if part == "...":
        return Step({}, gap=True)
    optional = part.endswith("?")
    choices: dict[str, list[tuple[str, ...]]] = {}
    for choice in _choices(part.removesuffix("?"), families):
        choices.setdefault(choice[0], []).append(choice)
    longest_first = {head: tuple(sorted(found, key=len, reverse=True)) for head, found in choices.items()}
    return Step(longest_first, optional)


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


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a plain phrase, cut as a narrative is."""
    words = (text,) if text in _MARKS else tuple(cut(text).words)
    if not words:
        message = f"{text!r} is no word"
        raise ValueError(message)
    return words


def match(
    phrase: Phrase, words: Sequence[str], start: int, gap_ends: frozenset[str]
) -> tuple[int, ...] | None:
    """Return the places of the phrase's own words, those in gaps left out, if it stands at `start`.

    A gap does not pass over a word of `gap_ends`: "catheter ... left in place" must not read "the catheter
    was removed and the needle left in place".
    """
    return _match(phrase.steps, 0, words, start, gap_ends)


def _match(
    steps: tuple[Step, ...], at: int, words: Sequence[str], place: int, gap_ends: frozenset[str]
) -> tuple[int, ...] | None:
    if at == len(steps):
        return ()
    step = steps[at]
    if step.gap:
        return _match_after_gap(steps, at + 1, words, place, gap_ends)
    for choice in step.choices.get(words[place], ()) if place < len(words) else ():
        after = place + len(choice)
        if len(choice) == 1 or tuple(words[place:after]) == choice:
            rest = _match(steps, at + 1, words, after, gap_ends)
            if rest is not None:
                return (*range(place, after), *rest)
    return _match(steps, at + 1, words, place, gap_ends) if step.optional else None


def _match_after_gap(
    steps: tuple[Step, ...], at: int, words: Sequence[str], place: int, gap_ends: frozenset[str]
) -> tuple[int, ...] | None:
    for after in range(place, min(place + _GAP_LENGTH + 1, len(words))):
        found = _match(steps, at, words, after, gap_ends)
        if found is not None:
            return found
        if words[after] in gap_ends or words[after] in _STOPS:
            return None
    return None
