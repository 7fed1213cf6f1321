"""Chart: read stored messages, understand what they document, and propose candidate charges.

A procedure is always charted from all of its messages, each read anew: a late or corrected one changes the
outcome whenever it comes, and running this again changes nothing.
"""

import traceback
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from service import fhir, hl7
from service.domain.asking import Asked, AskedState
from service.domain.charge import Proposal
from service.domain.documentation import DocumentedElement, ProcedureReport
from service.domain.errors import InputError
from service.domain.event import PRODUCTION, Event, Format
from service.domain.feed import Feed
from service.domain.note import Note
from service.domain.review import Candidate, Line
from service.mapping import Mappings, Senses, Understood, combine, in_force, propose
from service.mapping.documented.stands import CONFLICT_ORIGIN
from service.pipeline.answered import with_answers
from service.pipeline.asking import carry_over
from service.pipeline.billing_answers import Billing, take_answers
from service.pipeline.companions import companions_of, note
from service.pipeline.corrections import completed
from service.pipeline.fitting import feed_finder
from service.pipeline.gather import Gathering, ProcedureRef, Reading, Said, Unreadable
from service.pipeline.joined import Joined, join
from service.pipeline.lines import NOT_DONE, Chart, lines_of, of_processing
from service.pipeline.notes import index_notes, note_of
from service.pipeline.reconcile import hold_back, reconcile, show_anew
from service.store import Database, Store
from service.store.events import MAX_ATTEMPTS

_log = structlog.get_logger()

_NOT_READ = "a message of this procedure can no longer be read: see the quarantine"


_ANY_BILLING = Billing()


class Reader:
    """Reads events by the feed of their source."""

    def __init__(
        self, mappings: Mappings, *, indexes_notes: bool = False, billing: Billing = _ANY_BILLING
    ) -> None:
        """`indexes_notes`: what is charted can be found by the words of its notes."""
        self.indexes_notes = indexes_notes
        self.billing = billing
        names = frozenset(mappings.vocabulary.names)
        self.mappings = mappings
        self._feeds = {feed.name: feed for feed in mappings.feeds}
        self._fitting = feed_finder(mappings.feeds)
        self._extractors = {
            feed.name: (fhir.Extractor if feed.format is Format.FHIR else hl7.Extractor)(feed, names)
            for feed in mappings.feeds
        }
        self._senses = {
            feed.name: Senses(mappings.vocabulary, mappings.terms, feed) for feed in mappings.feeds
        }

    def read(self, event: Event, companions: Sequence[fhir.Companion] = ()) -> Reading:
        """Every procedure that the event documents; none when no feed takes such messages."""
        feed = self.feed_of(event)
        if feed is None:
            return Reading(event, ())
        extractor = self._extractors[feed.name]
        reports = (
            extractor.extract(event, companions)
            if isinstance(extractor, fhir.Extractor)
            else extractor.extract(event)
        )
        parts = ((report.procedure_key, self._understood(feed, report)) for report in reports)
        return Reading(event, tuple(parts))

    def feed_of(self, event: Event) -> Feed | None:
        """The feed named with the event, or the one that fits its source best."""
        named = self._feeds.get(event.feed)  # whose file may have been taken away since
        return named or self._fitting(event.format, event.message_type, event.sender)

    def _understood(self, feed: Feed, report: ProcedureReport) -> Understood:
        return self._senses[feed.name].understand(report)

    def chart(self, keyed: Sequence[tuple[str, Understood]], answers: Sequence[Asked] = ()) -> Chart:
        """What is documented about one procedure, by its messages and answers, and what the tables say."""
        key, parts = keyed[0][0], completed([part for _, part in keyed], self._understood)
        documentation = with_answers(combine(key, parts), answers)
        chart = Chart(documentation, propose(self.mappings.tables, documentation))
        return self._pending(chart, parts) or replace(chart, deed=self._deed(chart, parts))

    def _deed(self, chart: Chart, parts: Sequence[Understood]) -> DocumentedElement | None:
        """What its notes tell was done, where nothing else brings the procedure to a person."""
        if not _is_open(chart):
            return None
        notes = [each for part in in_force(parts) for each in part.narratives]
        days = {str(day) for day in chart.documentation.values("service_date")}
        return self.mappings.deeds.told_in(notes, days)

    def note(self, facility: str, procedure_id: str, said: Sequence[Said]) -> Note:
        """What is written of a procedure now."""
        parts = completed([each.part for each in said], self._understood)
        return note_of(facility, procedure_id, said, parts)

    def _pending(self, chart: Chart, parts: Sequence[Understood]) -> Chart | None:
        """What is not signed yet, where that alone would propose or ask something."""
        unsigned = [part.pending for part in parts if part.pending and not part.withdrawn]
        if not unsigned or chart.documentation.certain or _says_something(chart.proposals):
            return None
        signed = combine(chart.documentation.procedure_key, [replace(part, pending="") for part in parts])
        says = _says_something(propose(self.mappings.tables, signed))
        return Chart(signed, (), unsigned[-1]) if says else None


def _is_open(chart: Chart) -> bool:
    """Whether nothing is said of it yet: no table has a word, and no field says that it was not done."""
    documentation = chart.documentation
    statuses = {each.value for each in documentation.elements if _is_status_of_a_field(each)}
    is_settled = documentation.certain or documentation.withdrawn or (statuses and statuses <= NOT_DONE)
    return not (is_settled or _says_something(chart.proposals))


def _is_status_of_a_field(element: DocumentedElement) -> bool:
    return element.name == "status" and element.origin not in ("narrative", CONFLICT_ORIGIN)


def _says_something(proposals: Sequence[Proposal]) -> bool:
    return any(each.candidates or each.questions for each in proposals)


def chart(database: Database, reader: Reader, *, batch: int, lease: float) -> int:
    """Claim a batch of unread events and chart them; gives how many were claimed.

    The claim is committed first: an event that kills its worker has then been counted, and is set aside after
    MAX_ATTEMPTS.
    """
    with database.transaction() as store:
        events = store.events.claim(batch, lease)
        for event in events:
            if event.attempts > MAX_ATTEMPTS:
                reason = f"its reader stopped {MAX_ATTEMPTS} times"
                store.events.quarantine(event.id, event.facility, reason)
    readable = [event for event in events if event.attempts <= MAX_ATTEMPTS]
    healthy = take_answers(database, readable, reader.billing)
    if healthy:
        note(database, healthy)
        # Read before the transaction: whoever receives would wait for it, and a long message is long to read.
        read = [read_event(reader, event) for event in healthy]
        with database.transaction() as store:
            _chart_events(store, reader, read)
    return len(events)


def _chart_events(store: Store, reader: Reader, read: Sequence[Reading | Unreadable]) -> None:
    def read_again(event: Event) -> Reading | Unreadable:
        return read_event(reader, event, companions_of(store, event))

    gathering = Gathering(store, read_again, list(_accompanied(store, reader, read)))
    documented = gathering.documented()
    charts = _charted(reader, gathering, documented, {})
    joined = join(gathering, (each for each in gathering.all() if charts.get(each.ref) or _may_join(each)))
    if joined:
        changed = {ref: said for ref, said in joined.documented.items() if said != documented.get(ref)}
        charts |= _charted(reader, gathering, changed, joined.went_to)
    # Those that are documented come first, in order of arrival: so they are put into the queue.
    refs = dict.fromkeys((*charts, *gathering.ids))
    lines = {gathering.ids[ref]: charts.get(ref, ()) for ref in refs}
    lines |= dict.fromkeys(gathering.broken & lines.keys(), _NOT_READ)
    charted = _update_queue(gathering, reader.mappings.digest, lines, joined)
    carry_over(store, lines.keys() - gathering.new)
    if reader.indexes_notes:
        index_notes(reader.note, gathering, joined, charted)
    store.events.finish(gathering.outcomes(charted))


def _may_join(said: Said) -> bool:
    """Whether what is charted of others may change by a message of which nothing is charted."""
    return said.part.ties.is_weak or said.part.withdrawn or said.part.documents_something


def _charted(
    reader: Reader,
    gathering: Gathering,
    documented: Mapping[ProcedureRef, Sequence[Said]],
    went_to: Mapping[ProcedureRef, Sequence[ProcedureRef]],
) -> dict[ProcedureRef, Sequence[Line] | str]:
    """The lines of each procedure, by what is said and was answered of it, and of those that went to it."""
    ids = gathering.ids
    known = {ids[ref] for ref in (*documented, *went_to)} - gathering.new
    answers = gathering.store.questions.of_procedures(known, AskedState.ANSWERED)
    charts: dict[ProcedureRef, Sequence[Line] | str] = {}
    for ref, said in documented.items():
        refs = (ref, *(other for other, homes in went_to.items() if ref in homes))
        answered = [answer for each in refs for answer in answers.get(ids[each], ())]
        charts[ref] = _chart_one(reader, said, answered) if said else ()
    return charts


def _accompanied(
    store: Store, reader: Reader, read: Sequence[Reading | Unreadable]
) -> Iterator[Reading | Unreadable]:
    """Read again, with its companions, what has some."""
    # Who finds out from now on that these are to be read again waits until they have been.
    store.links.hold([each.event.id for each in read if each.event.format is Format.FHIR])
    for each in read:
        companions = companions_of(store, each.event)
        yield read_event(reader, each.event, companions) if companions else each


def read_event(
    reader: Reader, event: Event, companions: Sequence[fhir.Companion] = ()
) -> Reading | Unreadable:
    """What one event says; or why, for a person, it cannot be read."""
    try:
        return reader.read(event, companions) if companions else reader.read(event)
    except InputError as error:
        return Unreadable(event, str(error))
    except Exception as error:  # noqa: BLE001  one message must not stop its neighbours
        reason = _where(error)
        _log.error("event not readable", event_id=event.id, reason=reason)
        return Unreadable(event, f"our reader failed on it ({reason}): report this, then replay it")


def _where(error: Exception) -> str:
    """The kind and the place of a failure. Its text may hold patient data."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"


def _chart_one(reader: Reader, said: Sequence[Said], answers: Sequence[Asked]) -> Sequence[Line] | str:
    """The lines of one procedure; or, when that fails, why: its neighbours must not wait for it."""
    try:
        lines = lines_of(reader.chart([(each.key, each.part) for each in said], answers))
        counting = (each.event for each in said if each.event.processing_id == PRODUCTION)
        return [of_processing(line, next(counting, said[0].event)) for line in lines]
    except Exception as error:  # noqa: BLE001
        reason = _where(error)
        _log.error("procedure not charted", reason=reason)
        return f"this procedure cannot be charted ({reason}): report this"


def _update_queue(
    gathering: Gathering, digest: str, charts: dict[str, Sequence[Line] | str], joined: Joined | None
) -> set[str]:
    """Bring the review queue up to date; gives the procedures that stand in it."""
    store = gathering.store
    told = {gathering.ids[ref] for ref in gathering.documented()}
    facilities = {procedure_id: facility for (facility, _), procedure_id in gathering.ids.items()}
    existing: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in store.candidates.of_procedures(charts.keys() - gathering.new):
        existing[candidate.procedure_id].append(candidate)
    if joined:
        _take_along(store, gathering.ids, joined, existing)
    added: dict[str, list[tuple[str, Line]]] = defaultdict(list)
    for procedure_id, lines in charts.items():
        rows = existing[procedure_id]
        if isinstance(lines, str):
            # A name is no procedure, and of what nobody saw a line there is nothing to hold back.
            add, gone = hold_back(rows, lines) if rows or procedure_id in told else ([], [])
        else:
            add, gone = reconcile(store.candidates, rows, lines)
            show_anew(store.candidates, [row for row in rows if row.id not in gone], lines)
        store.candidates.supersede(facilities[procedure_id], gone)
        added[facilities[procedure_id]].extend((procedure_id, line) for line in add)
    for facility, new_lines in added.items():
        store.candidates.add(facility, new_lines, mappings_digest=digest)
    standing = {procedure_id for procedure_id, candidates in existing.items() if candidates}
    return standing.union(procedure_id for new_lines in added.values() for procedure_id, _ in new_lines)


def _take_along(
    store: Store, ids: Mapping[ProcedureRef, str], joined: Joined, existing: dict[str, list[Candidate]]
) -> None:
    """Where the messages of a procedure went, there go the lines that people decided.

    Unless there are such lines there too: then what was charged twice is taken back here.
    """
    for ref, homes in joined.went_to.items():
        rows, home = existing[ids[ref]], ids[homes[0]]
        if len(homes) == 1 and _is_decided(rows) and not _is_decided(existing[home]):
            store.procedures.move_lines(ref[0], [row.id for row in rows], home)
            existing[home] = sorted((*existing[home], *rows), key=lambda row: row.sequence)
            existing[ids[ref]] = []


def _is_decided(rows: Sequence[Candidate]) -> bool:
    return any(not row.live for row in rows)
