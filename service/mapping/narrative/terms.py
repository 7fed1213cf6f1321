"""Terms: what narratives document, by the words of mappings/terms.

Text settles an element only by an explicit statement about today's service that nothing takes back: no
negation, plan, failure, history or hypothesis in reach, no heading such as History or Plan above it. Two
different statements both stand: that is a conflict, and the tables ask.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from service.domain.documentation import DocumentedElement, Narrative, Source, Value
from service.mapping.documented.stands import CONFLICT_ORIGIN
from service.mapping.documented.vocabulary import Vocabulary
from service.mapping.narrative.grammar import Grammar, sets_aside
from service.mapping.narrative.lexicon import Lexicon, read_lexicon
from service.mapping.narrative.statements import Statement, Titled, Told, find_statements
from service.mapping.narrative.words import cut
from service.mapping.tables.taken_back import TAKEN_BACK

_SERVICE_DATE: Final = "service_date"
_STATUS: Final = "status"
_ANY: Final = "any"  # a denial of all there is


class Terms:
    """Reads narratives."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def read(
        self, *narratives: Narrative, service_days: Collection[str] = ()
    ) -> tuple[DocumentedElement, ...]:
        """Return what the narratives of one report, in their order, settle.

        They are read as one text: many senders put each line of a note in a field of its own. A heading with
        the date of another day than those of the service disputes its date.
        """
        text, starts, titled = _join(narratives, self._lexicon.grammar)
        told = find_statements(text, self._lexicon, titled, service_days)
        disputed = set(_not_agreed(told.statements, self._lexicon.agreeing))
        disputed |= set(_unlike_titles(told, self._lexicon.inclusive))
        others = [Statement(_SERVICE_DATE, day, *span) for day, span in told.other_days.items()]
        standing = settle(_unless_told(told.statements))
        if standing:
            others += [Statement(TAKEN_BACK, text[slice(*span)], *span) for span in told.taken_back]
        return tuple(
            replace(element, origin=CONFLICT_ORIGIN) if is_disputed else element
            for element, is_disputed in (
                (
                    _element(each, narratives, starts),
                    each.disputed or each.element == _SERVICE_DATE or (each.element, each.value) in disputed,
                )
                for each in (*standing, *others)
            )
        )

    def find(self, text: str, service_days: Collection[str] = ()) -> list[Statement]:
        """Return every statement of a text, also those taken back."""
        return find_statements(text, self._lexicon, service_days=service_days).statements


def load_terms(folder: Path, vocabulary: Vocabulary) -> Terms:
    """Read mappings/terms."""
    return Terms(read_lexicon(folder, vocabulary))


def _join(narratives: Sequence[Narrative], grammar: Grammar) -> tuple[str, list[int], list[Titled]]:
    """Return one text, where in it each narrative starts, and what their titles say of it.

    A title of neither kind ("Line 2") does not part what may be one sentence. One that has been there already
    begins nothing: the lines of a note stay under the heading that was reached.
    """
    text, before = "", ""
    starts: list[int] = []
    titled: list[Titled] = []
    kinds: dict[str, bool | None] = {"": None}
    for each in narratives:
        is_new = each.title not in kinds
        if is_new:
            kinds[each.title] = _sets_aside(each.title, grammar)
        kind = kinds[each.title]
        if starts:
            is_section = each.title != before and (kind is not None or kinds[before])
            text += "\n\n" if is_section else "\n"
        starts.append(len(text))
        text += each.text
        if kind or (is_new and kind is not None):
            titled.append(Titled(starts[-1], len(text), aside=kind))
        before = each.title
    return text, starts, titled


def _sets_aside(title: str, grammar: Grammar) -> bool | None:
    """Return whether a title sets its text aside: any of its parts may; that it is today's, the last says."""
    kinds = [sets_aside(_heading(part), grammar) for part in title.split(" / ")]
    return True if True in kinds else kinds[-1]


def _heading(title: str) -> tuple[str, ...]:
    return tuple(word for word in cut(title).words if word.isalnum())


def _unless_told(statements: Sequence[Statement]) -> list[Statement]:
    """Leave out what stands only where the note states no other value of the element."""
    told: dict[str, set[Value]] = {}
    for each in statements:
        if each.beside is None and not (each.doubt or each.of or each.foreign):
            told.setdefault(each.element, set()).add(each.value)
    return [
        each
        for each in statements
        if each.beside is None or each.beside.issuperset(told.get(each.element, ()))
    ]


def settle(statements: Iterable[Statement]) -> list[Statement]:
    """Return the statements that stand, one for each value of each thing.

    What was copied from another note is left out; where the note says nothing else, it is kept, and disputed.
    """
    statements = list(statements)
    own = _standing(each for each in statements if not each.foreign)
    if any(each.element != _STATUS for each in own):
        return own
    return _standing(each._replace(disputed=True) if each.foreign else each for each in statements)


def _standing(statements: Iterable[Statement]) -> list[Statement]:
    statements = list(statements)
    used = _used(statements)
    first: dict[tuple[str, object, str], Statement] = {}
    for each in statements:
        if not each.doubt and (not each.of or _denial_stands(each, used.get(each.element, _NOTHING))):
            known = first.setdefault((each.element, each.value, each.item), each)
            if known.disputed and not each.disputed:
                first[each.element, each.value, each.item] = each
    return list(first.values())


def _not_agreed(statements: Iterable[Statement], elements: Iterable[str]) -> Iterator[tuple[str, Value]]:
    """What only the title names, or only the text below it: a template may have been carried over."""
    standing = list(statements)
    for name in elements:
        title = _own_values(name, (each for each in standing if each.in_title))
        text = _own_values(name, (each for each in standing if not each.in_title))
        if title and text:
            yield from ((name, value) for value in title ^ text)


def _unlike_titles(told: Told, inclusive: Mapping[Value, frozenset[Value]]) -> Iterator[tuple[str, Value]]:
    """What the text says of an element of which the titles name something else, or more, or less."""
    for name in {each.element for each in told.titles}:
        title, text = _own_values(name, told.titles), _own_values(name, told.statements)
        if title and _opened(title, inclusive) != _opened(text, inclusive):
            yield from ((name, value) for value in text)


def _own_values(name: str, statements: Iterable[Statement]) -> set[Value]:
    """The values of an element that a note gives as its own, and takes nothing back of."""
    return {
        each.value
        for each in statements
        if each.element == name and not (each.doubt or each.of or each.foreign)
    }


def _opened(values: Iterable[Value], inclusive: Mapping[Value, frozenset[Value]]) -> frozenset[Value]:
    return frozenset[Value]().union(*(inclusive.get(value, {value}) for value in values))


class _Used(NamedTuple):
    """What was used, and what may have been, as far as it was tried, by the statements of one element."""

    surely: set[Value]
    perhaps: set[Value]


_NOTHING: Final = _Used(set(), set())


def _used(statements: Iterable[Statement]) -> dict[str, _Used]:
    found: dict[str, _Used] = {}
    for each in statements:
        if not each.of and each.doubt in ("", "failure"):
            used = found.setdefault(each.element, _Used(set(), set()))
            used.perhaps.add(each.value)
            if not each.doubt:
                used.surely.add(each.value)
    return found


def _denial_stands(denial: Statement, used: _Used) -> bool:
    """Whether "this was not used" means that nothing was: not beside another that was, or may have been."""
    if denial.of == _ANY or denial.of in used.surely:  # in the latter case a contradiction: both stand
        return True
    return used.perhaps <= {denial.of}


def _element(statement: Statement, narratives: Sequence[Narrative], starts: list[int]) -> DocumentedElement:
    """Say where in which narrative a statement stands; its end at the latest at that narrative's."""
    at = min(bisect_right(starts, statement.start) - 1, len(narratives) - 1)
    narrative, start = narratives[at], statement.start - starts[at]
    end = min(statement.end - starts[at], len(narrative.text))
    source = Source(narrative.source.path, start, end, narrative.text[start:end], narrative.source.event_id)
    return DocumentedElement(statement.element, statement.value, source, "narrative", statement.item)
