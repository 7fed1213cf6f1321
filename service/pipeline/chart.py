"""Chart: read stored messages, understand what they document, and propose candidate charges.

A procedure is always charted from all of its messages, each read anew: a late or corrected one changes the
outcome whenever it comes, and running this again changes nothing.
"""

import traceback
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from service import fhir, hl7
from service.domain.errors import InputError
from service.domain.event import Event, Format
from service.domain.feed import Feed
from service.domain.review import Line
from service.mapping import Mappings, Understood, choose_feed, combine, propose, understand
from service.pipeline.lines import Chart, lines_of, reconcile
from service.store import Database, Store
from service.store.events import MAX_ATTEMPTS

_log = structlog.get_logger()

#: (facility, fingerprint of the patient and the procedure key)
ProcedureRef = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one event says: each procedure it documents, by procedure key."""

    event: Event
    parts: tuple[tuple[str, Understood], ...]


class Reader:
    """Reads events by the feed of their source."""

    def __init__(self, mappings: Mappings) -> None:
        names = frozenset(mappings.vocabulary.names)
        self.mappings = mappings
        self._feeds = {feed.name: feed for feed in mappings.feeds}
        self._extractors = {
            feed.name: (fhir.Extractor if feed.format is Format.FHIR else hl7.Extractor)(feed, names)
            for feed in mappings.feeds
        }

    def read(self, event: Event) -> Reading:
        """Every procedure that the event documents; none when no feed takes such messages."""
        feed = self.feed_of(event)
        if feed is None:
            return Reading(event, ())
        reports = self._extractors[feed.name].extract(event)
        vocabulary, terms = self.mappings.vocabulary, self.mappings.terms
        parts = ((report.procedure_key, understand(vocabulary, terms, feed, report)) for report in reports)
        return Reading(event, tuple(parts))

    def feed_of(self, event: Event) -> Feed | None:
        """The feed named with the event, or the one that fits its source best."""
        if event.feed:
            return self._feeds[event.feed]
        application, _, facility = event.sender.partition("|")
        fields = {"MSH-3": application, "MSH-4": facility}
        return choose_feed(
            self.mappings.feeds, format=event.format, message_type=event.message_type, fields=fields
        )

    def chart(self, keyed: Sequence[tuple[str, Understood]]) -> Chart:
        """What is documented about one procedure by all of its messages, and what the tables make of it."""
        key, parts = keyed[0][0], [part for _, part in keyed]
        documentation = combine(key, parts)
        return Chart(documentation, propose(self.mappings.tables, documentation))


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
    healthy = [event for event in events if event.attempts <= MAX_ATTEMPTS]
    if healthy:
        with database.transaction() as store:
            _chart_events(store, reader, healthy)
    return len(events)


def _chart_events(store: Store, reader: Reader, events: Sequence[Event]) -> None:
    readings = list(_read_all(store, reader, events))
    procedures_of = {reading.event.id: set(_by_ref(store, reading)) for reading in readings}
    ids, new = store.procedures.lock(set().union(*procedures_of.values()))
    pairs = [(ids[ref], event_id) for event_id, refs in procedures_of.items() for ref in refs]
    store.procedures.link(pairs)
    facilities = {procedure_id: facility for (facility, _), procedure_id in ids.items()}
    documented = _gather(store, reader, readings, ids, new)
    charted = _update_queue(store, reader, facilities, documented, new)
    outcomes = dict.fromkeys(procedures_of, "no_charge")
    outcomes.update((event_id, "charted") for procedure_id, event_id in pairs if procedure_id in charted)
    store.events.finish(outcomes)


def _read_all(store: Store, reader: Reader, events: Sequence[Event]) -> Iterator[Reading]:
    for event in events:
        try:
            yield reader.read(event)
        except InputError as error:
            store.events.quarantine(event.id, event.facility, str(error))
        except Exception as error:  # noqa: BLE001  one message must not stop its neighbours
            # The text of a foreign exception may hold patient data: its kind and place are enough.
            place = traceback.extract_tb(error.__traceback__)[-1]
            reason = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
            _log.error("event not readable", event_id=event.id, reason=reason)
            store.events.quarantine(event.id, event.facility, f"not readable: {reason}")


def _by_ref(store: Store, reading: Reading) -> dict[ProcedureRef, list[tuple[str, Understood]]]:
    """The parts of a reading by procedure. The patient is part of the key: two patients' notes never join."""
    found: dict[ProcedureRef, list[tuple[str, Understood]]] = defaultdict(list)
    for key, part in reading.parts:
        patient = part.context.patient_id or part.context.patient_reference
        found[reading.event.facility, store.fingerprint("procedure", patient, key)].append((key, part))
    return found


def _gather(
    store: Store, reader: Reader, readings: Sequence[Reading], ids: dict[ProcedureRef, str], new: set[str]
) -> dict[str, list[tuple[str, Understood]]]:
    """For every procedure touched, what each of its messages says of it, in order of arrival."""
    known = {reading.event.id for reading in readings}
    earlier = {event.id: event for _, event in store.events.of_procedures(set(ids.values()) - new)}
    late = [event for event_id, event in earlier.items() if event_id not in known]
    parts: dict[str, list[tuple[str, Understood]]] = defaultdict(list)
    for reading in sorted((*readings, *_read_all(store, reader, late)), key=lambda r: r.event.sequence):
        for ref, found in _by_ref(store, reading).items():
            if ref in ids:
                parts[ids[ref]].extend(found)
    return parts


def _update_queue(
    store: Store,
    reader: Reader,
    facilities: dict[str, str],
    documented: dict[str, list[tuple[str, Understood]]],
    new: set[str],
) -> set[str]:
    """Bring the review queue up to date; gives the procedures that stand in it."""
    existing = defaultdict(list)
    for candidate in store.candidates.of_procedures(set(documented) - new):
        existing[candidate.procedure_id].append(candidate)
    added: dict[str, list[tuple[str, Line]]] = defaultdict(list)
    for procedure_id, keyed in documented.items():
        lines = lines_of(reader.chart(keyed))
        add, gone = reconcile(store.candidates, existing[procedure_id], lines)
        store.candidates.supersede(facilities[procedure_id], gone)
        added[facilities[procedure_id]].extend((procedure_id, line) for line in add)
    for facility, new_lines in added.items():
        store.candidates.add(facility, new_lines)
    standing = {procedure_id for procedure_id, candidates in existing.items() if candidates}
    return standing.union(procedure_id for new_lines in added.values() for procedure_id, _ in new_lines)
