"""A narrative as words: folded to plain letters, each with its place, lines joined where a sentence runs on.

A line end ends a sentence only where the text shows it (punctuation, blank line, bullet, label): reports come
wrapped at any column, and "without" at the end of a line must still reach the word on the next.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import NamedTuple

from service.mapping.documented.spinal_levels import LEVEL_PATTERN, spinal_level
from service.mapping.narrative.clock import CLOCK_PATTERN, Clock, read_clock, read_together, settled
from service.mapping.narrative.days import (
    DATE_PATTERN,
    MONTH_AND_DAY_PATTERN,
    MONTHS,
    days_before_year,
    days_of,
    days_without_year,
    mark_of,
)
from service.mapping.narrative.line_ends import LineEnds
from service.mapping.narrative.marks import (
    COMMA,
    EARLIER,
    LATER,
    LEVEL,
    QUESTION,
    SENTENCE_END,
    TIME,
    UNCLEAR_TIME,
    VERTEBRA,
    YEAR,
)
from service.mapping.narrative.numbers import Number, find_numbers
from service.mapping.narrative.templates import Boxes

_FOLDED = dict.fromkeys("\u2018\u2019", "'") | dict.fromkeys("\u201c\u201d", '"')
_FOLDED |= dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-") | dict.fromkeys("\u2022\u00b7", "*")
_FOLDED |= {"\u00d7": "x", "\u00b5": "u", "\u03bc": "u"}
_FOLDED |= dict.fromkeys("\u2610\u25a1\u25fb\u2751\u274f", "\x01") | dict.fromkeys(
    "\u2611\u2612\u2713\u2714", "\x02"
)
_FOLDED |= dict.fromkeys("\u00a0\u2009\u202f", " ") | dict.fromkeys("\x85\u2028\u2029", "\n")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")

#: Most words are of this kind. Some that follow one another are one token, which is faster.
_PLAIN = r"(?:(?!th\d)[a-z]{2,}\d*(?:'[a-z]+)?|a(?![a-z\d']))"
_TOKEN = re.compile(
    r"(?:\A|(?![ \t](?!-)))(?:"  # a blank is soon passed over, and so are plain words
    rf"{_PLAIN}(?: {_PLAIN}){{0,15}}"
    r"|[,:]|(?P<end>[;!?]|\.(?!\d))"
    r"|(?P<line>\n[\s-]*(?:\*(?!\*\*)[\s-]*)*(?:\(?\d{1,2}[.)](?=[ \t]))?|\A[ \t]*\(?\d{1,2}[.)](?=[ \t]))"
    rf"|(?P<level>{LEVEL_PATTERN})"
    r"|(?<=\d)x(?=\.?\d)"
    rf"|(?P<clock>{CLOCK_PATTERN})"
    r"|[a-z]+\d*(?:'[a-z]+)?"
    rf"|(?P<date>{DATE_PATTERN})"
    rf"|(?P<month_and_day>{MONTH_AND_DAY_PATTERN})"
    r"|(?P<year>(?:19|20)\d\d(?![a-z0-9]|[.,]\d))"
    # "3.2cm" is two words; a single letter, %, and the end of an ordinal are no units ("18g", "2nd").
    r"|(?P<number>\.?\d+(?:[.,]\d+)*(?:(?!x\d)(?:st|nd|rd|th|[a-z%])(?![a-z%]))?)"
    r"|(?P<dash>[ \t]-+[ \t])"
    r"|(?P<unticked>\[\s?\]|\(\s?\)|\x01)|(?P<ticked>\[\s?[x*]\s?\]|\(x\)|\x02)"
    r"|(?P<unfilled>(?<!\*)\*{3}(?!\*)|_{3,}|\{[^{}]{0,300}\}|@[a-z]\w{0,40}@|%[a-z]\w{0,40}%"
    r"|\[[^\[\]]{0,80}[/|*_][^\[\]]{0,80}\]|<<?(?!/?(?:a|b|br|div|em|font|h\d|i|li|ol|p|pre|span|strong|su[bp]|t[adhr]\w{0,3}|u|ul)\b)"
    r"[a-z][a-z _/|-]{1,40}>))",
)
_OPENING_LINE = re.compile(r"\s*[A-Z][^\n.;:!?]*(?:\n|\.\s)\s*[A-Z]")
#: Behind S1, this makes a foramen of the vertebra: its root has no other way out.
_AT_A_FORAMEN = re.compile(r"\s(?:foramen|transforaminal|tfesi|snrb|selective|nerve\sroot)\b")
_UNIT = re.compile(r"(?:/|\d ?)[a-z]$")  # "8 ml/h", "2 h": no initial
_LONGEST_BULLET = 8  # characters, with the line end before it
_ITEM = re.compile(r"\n\s*(?:[-*]|\(?\d{1,2}[.)])\s*$")
_STOPS = frozenset({"end", "line", "dash"})  # kinds of token
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "approx", *MONTHS} - {"may"})


class Words(NamedTuple):
    """The words and stops of a text, or of a sentence of it, and where in the text as it came each stands."""

    words: tuple[str, ...]
    tokens: Sequence[re.Match[str]]  # in which each stands: plain words may share one
    levels: Mapping[int, str] = {}  # index of a LEVEL or VERTEBRA -> "L4-L5", "T6"
    numbers: Mapping[int, Number] = {}  # by index
    days: Mapping[int, str] = {}  # index of a date -> the day, likelier first
    times: Mapping[int, str] = {}  # index of a TIME -> "09:10"
    marked: Sequence[int] = ()  # the indices of all of these, in order
    has_opening_line: bool = False  # its first line or sentence, behind which a capital letter follows

    def spans(self) -> list[tuple[int, int]]:
        """Return the characters of each word, from and to."""
        found: list[tuple[int, int]] = []
        before, start = None, 0
        for word, token in zip(self.words, self.tokens, strict=True):
            if token.lastgroup:
                found.append(token.span())
                continue
            if token is not before:
                before, start = token, token.start()
            end = start + len(word)
            found.append((start, end))
            start = end + 1  # a blank stands between the plain words of a token
        return found

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the characters from one word to another."""
        spans = self.spans()
        return spans[first][0], spans[last][1]

    def first_line(self) -> int:
        """Return how many words stand on the line of the first."""
        end = self.line_end()
        return sum(token.start() < end for token in self.tokens)

    def line_end(self) -> int:
        """Return the character at which the line of the first word ends."""
        first = self.tokens[0]
        end = first.string.find("\n", first.start())
        return len(first.string) if end < 0 else end

    def reason_end(self) -> int:
        """Return the character at which a reason may end: its line; in a note of one line, its sentence."""
        end = self.line_end()
        return end if end < len(self.tokens[0].string.rstrip()) else self.tokens[-1].end()

    def is_item(self) -> bool:
        """Whether the first word stands behind a bullet or the number of an item."""
        first = self.tokens[0]
        return _ITEM.search(first.string, max(0, first.start() - _LONGEST_BULLET), first.start()) is not None

    def ends_in_full_stop(self) -> bool:
        token = self.tokens[-1]
        return token.string.startswith((".", ";"), token.end())

    def part(self, start: int, end: int) -> "Words":
        """Return a sentence as words of its own."""
        words, tokens = self.words[start:end], self.tokens[start:end]
        first = bisect_left(self.marked, start)
        marked = self.marked[first : bisect_left(self.marked, end, first)]
        if not marked:
            return Words(words, tokens)
        return Words(
            words,
            tokens,
            {place - start: self.levels[place] for place in marked if place in self.levels},
            {place - start: self.numbers[place].moved(-start) for place in marked if place in self.numbers},
            {place - start: self.days[place] for place in marked if place in self.days},
            {place - start: self.times[place] for place in marked if place in self.times},
            [place - start for place in marked],
        )

    def said(self) -> Hashable:
        """Return all that is said, wherever in a text it stands."""
        if not self.marked:
            return self.words
        return self.words, *(tuple(each.items()) for each in self[2:6])


def fold(text: str) -> str:
    """Lower case and plain ASCII, each character in its place."""
    if not text.isascii():
        text = _NOT_ASCII.sub(lambda found: _FOLDED.get(found[0], "_"), text)
    return text.replace("\r", "\n").lower()


def cut(text: str, service_days: Collection[str] = ()) -> Words:
    """Cut a text into words; its dates are held against the day of service."""
    cutting = _Cutting(LineEnds(text), service_days)
    words, tokens = cutting.words, cutting.tokens
    for token in _TOKEN.finditer(fold(text)):
        kind = token.lastgroup
        if kind is None:
            plain = token[0].split(" ")
            words += plain
            tokens += [token] * len(plain)
        elif word := cutting.read(token, kind):
            words.append(word)
            tokens.append(token)
    return cutting.done()._replace(has_opening_line=bool(_OPENING_LINE.match(text)))


class _Cutting:
    """What was cut so far, and how to read what is no plain word."""

    def __init__(self, line_ends: LineEnds, service_days: Collection[str]) -> None:
        self.words: list[str] = []
        self.tokens: list[re.Match[str]] = []
        self.levels: dict[int, str] = {}
        self.days: dict[int, str] = {}
        self.numeric: list[int] = []
        self._times: dict[int, Clock] = {}
        self._line_ends = line_ends
        self._service_days = service_days
        self._boxes = Boxes(self.words, self.tokens)

    def read(self, token: re.Match[str], kind: str) -> str:
        """Return the word or mark of a token; "" where it means nothing."""
        if kind in _STOPS:
            return self._stop(token, kind)
        if kind in ("number", "year"):
            return self._number(token, kind)
        if kind == "clock":
            return self._time(read_clock(token[0])) or token[0]
        if kind == "level":
            return _level(token, len(self.words), self.levels)
        if kind in ("date", "month_and_day"):
            return self._day(token[0], kind) or token[0]
        return self._boxes.word(token)

    def _stop(self, token: re.Match[str], kind: str) -> str:
        if kind == "end":
            return _full_stop(token, self.words)
        if kind == "dash":
            return COMMA
        *others, last = self._line_ends.marks(token) or ("",)
        self.words += others
        self.tokens += [token] * len(others)
        return self._boxes.next_line(last)

    def _number(self, token: re.Match[str], kind: str) -> str:
        if kind == "year":
            count, days = days_before_year(self.words[-3:], token[0])
            if days:
                del self.words[-count:], self.tokens[-count:]
                self.numeric = [place for place in self.numeric if place < len(self.words)]
                return self._date(days)
        if time := self._time(read_together(token, self.words)):
            return time
        if token[0][-1].isdigit():  # not "1%", "18g", "2nd"
            self.numeric.append(len(self.words))
        return YEAR if kind == "year" else token[0]

    def _time(self, clock: Clock | None) -> str:
        if clock is None:
            return ""
        self._times[len(self.words)] = clock
        return TIME

    def done(self) -> Words:
        """Return all that was cut."""
        numbers, levels, days = find_numbers(self.words, self.tokens, self.numeric), self.levels, self.days
        times = self._settled_times()
        marked = sorted({*levels, *numbers, *days, *times})
        return Words(tuple(self.words), self.tokens, levels, numbers, days, times, marked)

    def _settled_times(self) -> dict[int, str]:
        """Return what each time says; those that may be of either half of the day are marked."""
        times = settled(self._times) if self._times else {}
        for place in self._times.keys() - times.keys():
            self.words[place] = UNCLEAR_TIME
        return times

    def _day(self, text: str, kind: str) -> str:
        """Read a date. Without its year, another day than that of the service may be of any year before."""
        if kind == "date":
            return self._date(days_of(text))
        mark = self._date(days_without_year(text, self._service_days))
        return EARLIER if mark == LATER else mark

    def _date(self, days: Sequence[str]) -> str:
        if not days:
            return ""
        self.days[len(self.words)] = days[0]
        return mark_of(days, self._service_days)


def _full_stop(found: re.Match[str], words: list[str]) -> str:
    """No sentence ends at an initial or a title ("p.o.", "Dr. Test"): a cue's reach would be cut short.

    Nor does one end at a question mark: whatever stands near it was asked, not said.
    """
    if found[0] == "?":
        return QUESTION
    last = words[-1] if words else ""
    initial = (
        len(last) == 1
        and last.isalpha()
        and not _UNIT.search(found.string[max(0, found.start() - 4) : found.start()])
    )
    return "" if found[0] == "." and (initial or last in _TITLES) else SENTENCE_END


def _level(found: re.Match[str], index: int, levels: dict[int, str]) -> str:
    """Note the level by name; the text itself where it is none, or two that are not neighbours."""
    if found[0] == "s1" and _AT_A_FORAMEN.match(found.string, found.end()):
        levels[index] = "S1_foramen"
        return LEVEL
    try:
        levels[index] = level = spinal_level(found[0].replace(" and ", "-").replace(",", "-"))
    except ValueError:
        return found[0]
    return LEVEL if "-" in level else VERTEBRA
