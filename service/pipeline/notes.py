"""Notes: what is written of procedures is found by its words, where a site turned that on.

The index is filled with the charting, in its transaction: it says of each procedure in the queue what the
documents say that count now. Names are left out of it: every word that the message says of its persons.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from service import fhir, hl7
from service.domain.documentation import BillingContext
from service.domain.errors import Fault, UnreadableInput
from service.domain.event import Event, Format
from service.domain.note import Note, NoteText
from service.domain.note_words import Word, is_indexed, words_of
from service.domain.review import Candidate
from service.mapping import Understood, in_force
from service.pipeline.gather import Gathering, Said
from service.pipeline.joined import Joined
from service.store import Store
from service.store.transaction import AuditEntry

_AROUND: Final = 60  # characters on either side of what is shown
_NAMES: Final = ("patient_family_name", "patient_given_name")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A place of a note, from `start` to `end` of a text, and where in that text the words stand."""

    event_id: str
    path: str
    start: int
    end: int
    text: str = field(repr=False)
    words: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Found:
    """A line, and where its note says what was looked for."""

    line: Candidate = field(repr=False)
    snippets: list[Snippet] = field(repr=False)


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of them; it may be short, even empty, and still have a next one."""

    found: list[Found] = field(repr=False)
    after: int | None
    left_out: list[str] = field(repr=False)  # words that nothing is found by


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for, and where."""

    facility: str
    text: str = field(repr=False)
    statuses: frozenset[str]
    limit: int
    after: int | None = None


def note_of(facility: str, procedure_id: str, said: Sequence[Said], parts: Sequence[Understood]) -> Note:
    """What is written of a procedure; `parts` are what is said, each whole."""
    texts = [each for part in in_force(parts) for each in part.narratives]
    places = tuple(NoteText(each.source.event_id, each.source.path, each.text) for each in texts)
    words = {word.text for each in texts for word in words_of(each.text)}
    if words:
        words -= _persons({each.event.id: each.event for each in said}.values(), (p.context for p in parts))
    return Note(facility, procedure_id, places, frozenset(filter(is_indexed, words)))


def index_notes(
    note: Callable[[str, str, Sequence[Said]], Note],
    gathering: Gathering,
    joined: Joined | None,
    charted: Collection[str],
) -> None:
    """Have the notes of these procedures be found, as far as those stand in the queue."""
    documented = gathering.documented() | (joined.documented if joined else {})
    notes = [
        note(ref[0], procedure_id, documented.get(ref, ()) if procedure_id in charted else ())
        for ref, procedure_id in gathering.ids.items()
    ]
    gathering.store.notes.keep(notes)


def search(store: Store, user: str, sought: Sought) -> FoundPage:
    """Lines in whose notes all words occur; those of the newest notes first. UnreadableInput for no word."""
    words = list(dict.fromkeys(word.text for word in words_of(sought.text)))
    looked_up = [word for word in words if is_indexed(word)]
    if not looked_up:
        message = "no word to look for: not the commonest ones, single letters or numbers over four digits"
        raise UnreadableInput(Fault("/text", "102", message))
    page = store.notes.find(sought.facility, looked_up, sought.limit, sought.after)
    # A hash is not the word: what does not hold all of them is no hit.
    hits = {each.procedure_id: _snippets(each.texts, frozenset(looked_up)) for each in page.notes}
    lines = _lines(store, {identifier: places for identifier, places in hits.items() if places}, sought)
    entry = AuditEntry(sought.facility, "review", user, "search", "note", "", len(lines))
    store.audit(entry)
    return FoundPage(lines, page.after, [word for word in words if not is_indexed(word)])


def _lines(store: Store, hits: Mapping[str, list[Snippet]], sought: Sought) -> list[Found]:
    rows = store.candidates.of_procedures(hits, lock=False) if hits else []
    of = {identifier: [row for row in rows if row.procedure_id == identifier] for identifier in hits}
    return [
        Found(row, places)
        for identifier, places in hits.items()
        for row in of[identifier]
        if row.status in sought.statuses and row.facility == sought.facility
    ]


def _snippets(texts: Sequence[NoteText], wanted: frozenset[str]) -> list[Snippet]:
    """Where the words stand, one place of each text; nothing where one of them does not."""
    found = [(each, [word for word in words_of(each.text) if word.text in wanted]) for each in texts]
    if {word.text for _, words in found for word in words} != wanted:
        return []
    return [_snippet(each, words) for each, words in found if words]


def _snippet(each: NoteText, words: Sequence[Word]) -> Snippet:
    start, end = max(words[0].start - _AROUND, 0), min(words[0].end + _AROUND, len(each.text))
    shown = [(word.start, word.end) for word in words if word.start >= start and word.end <= end]
    return Snippet(each.event_id, each.path, start, end, each.text[start:end], shown)


def _persons(events: Iterable[Event], contexts: Iterable[BillingContext]) -> set[str]:
    """The words that messages say of their patient and of who belongs to him."""
    said = [text for event in events for text in _said_of_persons(event)]
    said += [getattr(context, name) for context in contexts for name in _NAMES]
    return {word.text for text in said for word in words_of(text)}


def _said_of_persons(event: Event) -> Iterator[str]:
    if event.format is Format.FHIR:
        yield from fhir.said_of_persons(event.body)
    else:
        yield from hl7.said_of_persons(event.body, event.charset or None)
