"""An automaton of all phrases of a lexicon: the words of a text are followed once, whatever the phrases.

A state is what may still stand of the phrases that began at one place, in the order in which they would be
tried one after another: what ends first in that order is what a phrase is read as. States are built when
a text first comes to them. They are made of the lexicon's words alone, so there are only so many, and nothing
of any text is kept in them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from service.mapping.narrative.marks import STOPS, YEAR
from service.mapping.narrative.numbers import NUMBER
from service.mapping.narrative.phrases import GAP_LENGTH, Phrase, Step, match
from service.mapping.narrative.words import Words, cut

Places = tuple[int, ...]
#: In place of the places of a phrase: its gap may begin at several, and it must be tried by itself.
UNCLEAR: Final[Places] = ()


class _Thread(NamedTuple):
    """One way to read a phrase on."""

    phrase: int
    step: int  # the next one
    rest: tuple[str, ...] = ()  # of the words of the step before it


@dataclass(frozen=True, slots=True)
class _Reached:
    """What makes a state."""

    threads: tuple[_Thread, ...]
    ends: tuple[int, ...] = ()  # phrases that end here
    opens: tuple[_Thread, ...] = ()  # what stands behind a gap that begins here
    unclear: tuple[int, ...] = ()  # phrases of which a gap may begin here or later


@dataclass(slots=True, eq=False)
class State:
    """What has been reached from one place, and what follows from it."""

    reached: _Reached
    ends: tuple[int, ...]
    unclear: tuple[int, ...]
    is_built: bool = False
    is_plain: bool = False  # no gap begins here
    following: Mapping[str, "State"] = field(default_factory=dict)  # by the next symbol
    beyond: Mapping[str, "State"] = field(default_factory=dict)  # by the symbol behind the gap


class Automaton:
    """Finds the phrases that begin at one place of a text."""

    def __init__(self, phrases: Sequence[Phrase], gap_ends: frozenset[str]) -> None:
        self._phrases = phrases
        self._gap_ends = gap_ends
        self._closed = gap_ends | STOPS
        words = {word for phrase in phrases for step in phrase.steps for own in step.words for word in own}
        #: Words that may be numbers as well.
        self._numerals = frozenset({YEAR, *(word for word in words if cut(word).numbers)})
        self._states: dict[_Reached, State] = {}
        self.first = self._next(_Thread(i, 0) for i in range(len(phrases)))

    def find(self, text: Words) -> list[tuple[int, Places]]:
        """Return what stands in a sentence: the number of each phrase, and where its words stand.

        The words in its gaps are left out. In the order of their beginnings, and there of their numbers.
        """
        symbols, first = self._symbols(text), self.first
        all_found: list[tuple[int, Places]] = []
        for place, symbol in enumerate(symbols):
            state = first.get(symbol)
            if state is None:
                continue
            if state.is_plain and symbols[place + 1] not in state.following:
                if state.ends:  # most have none
                    all_found += [(number, (place,)) for number in state.ends]
                continue
            found: dict[int, Places] = {}
            self._follow(state, symbols, place, (), found)
            for number in sorted(found):
                own = found[number] or match(self._phrases[number], text, place, self._gap_ends)
                if own:
                    all_found.append((number, own))
        return all_found

    def _symbols(self, text: Words) -> list[str]:
        """Return the words of a text and a last that is none; a number for each that is no word of ours."""
        symbols = [*text.words, ""]
        for place in text.numbers:
            word = symbols[place]
            symbols[place] = word + NUMBER if word in self._numerals else NUMBER
        return symbols

    def _follow(
        self,
        state: State | None,
        symbols: list[str],
        start: int,
        before: Places,
        found: dict[int, Places],
    ) -> None:
        """Note the phrases that go on from `start`, but for those that are found already."""
        reached: dict[int, Places] = {}
        place = start
        while state:
            place += 1
            if state.ends:  # a later end is of what is tried before
                reached.update(dict.fromkeys(state.ends, (*before, *range(start, place))))
            if not state.is_plain:
                self._look_beyond(state, symbols, place, before, start, found)
            state = state.following.get(symbols[place])
        for phrase, places in reached.items():
            found.setdefault(phrase, places)

    def _look_beyond(
        self,
        state: State,
        symbols: list[str],
        place: int,
        before: Places,
        start: int,
        found: dict[int, Places],
    ) -> None:
        """Note the phrases that go on behind a gap, and those of which a gap may begin elsewhere as well."""
        if not state.is_built:
            self._build(state)
        for phrase in state.unclear:
            found.setdefault(phrase, UNCLEAR)
        beyond, closed = state.beyond, self._closed
        window = symbols[place : place + GAP_LENGTH + 1]
        if beyond.keys().isdisjoint(window):  # as most are
            return
        before = (*before, *range(start, place))
        for after, symbol in enumerate(window, place):
            if symbol in beyond:
                self._follow(beyond[symbol], symbols, after, before, found)
            if symbol in closed:
                return

    def _build(self, state: State) -> None:
        state.following = self._next(state.reached.threads)
        state.beyond = self._next(state.reached.opens)
        state.is_plain = not (state.unclear or state.beyond)
        state.is_built = True

    def _next(self, threads: Iterable[_Thread]) -> Mapping[str, State]:
        found: dict[str, list[_Thread]] = {}
        for thread in threads:
            for word, after in self._ways(thread):
                for symbol in self._read_as(word):
                    found.setdefault(symbol, []).append(after)
        return {symbol: self._state(self._reached(those)) for symbol, those in found.items()}

    def _ways(self, thread: _Thread) -> Iterator[tuple[str, _Thread]]:
        """Yield what may stand next, of two ways the one first that is tried first."""
        phrase, at, rest = thread
        if rest:
            yield rest[0], _Thread(phrase, at, rest[1:])
            return
        for i, step in enumerate(self._phrases[phrase].steps[at:], at + 1):
            for head in sorted(step.choices, key=NUMBER.__eq__):  # a numeral by its own name first
                for choice in step.choices[head]:
                    yield head, _Thread(phrase, i, choice[1:])
            if not step.optional:
                return

    def _read_as(self, word: str) -> Iterator[str]:
        yield word
        if word == NUMBER:
            yield from (numeral + NUMBER for numeral in self._numerals)
        elif word in self._numerals:
            yield word + NUMBER

    def _reached(self, threads: Iterable[_Thread]) -> _Reached:
        """Leave out the ways that would be tried only after one that is there already."""
        left: dict[_Thread, None] = {}
        ends: dict[int, None] = {}
        opens: dict[int, _Thread] = {}
        for thread in threads:
            if thread.phrase in ends:
                continue
            optional, after = self._after_optional(thread)
            if after is None:
                ends[thread.phrase] = None
                continue
            if after.gap:
                opens[thread.phrase] = _Thread(thread.phrase, thread.step + optional + 1)
            if optional or not after.gap:
                left[thread] = None
        unclear = {each.phrase for each in left}.intersection(opens)
        return _Reached(
            tuple(each for each in left if each.phrase not in unclear),
            tuple(ends),
            tuple(each for phrase, each in opens.items() if phrase not in unclear),
            tuple(unclear),
        )

    def _after_optional(self, thread: _Thread) -> tuple[int, Step | None]:
        """Return how many steps may be left out, and the one after them; None where the phrase has ended."""
        steps = self._phrases[thread.phrase].steps
        if thread.rest:
            return 0, steps[thread.step - 1]
        optional = 0
        for step in steps[thread.step :]:
            if not step.optional:
                return optional, step
            optional += 1
        return optional, None

    def _state(self, reached: _Reached) -> State:
        return self._states.setdefault(reached, State(reached, reached.ends, reached.unclear))
