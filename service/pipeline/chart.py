"""Chart: read stored messages, understand what they document, and propose candidate charges.

A procedure is always charted from all of its messages, each read anew: a late or corrected one changes the
outcome whenever it comes, and running this again changes nothing.
"""

import traceback
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path

import structlog

from service import fhir, hl7
from service.domain.asking import Asked, AskedState
from service.domain.documentation import ProcedureReport
from service.domain.errors import InputError
from service.domain.event import Event, Format
from service.domain.feed import Feed
from service.domain.frozen import frozen
from service.domain.review import Line
from service.mapping import Mappings, Understood, combine, propose, understand
from service.pipeline.answered import with_answers
from service.pipeline.asking import carry_over
from service.pipeline.billing_answers import take_answers
from service.pipeline.companions import companions_of, note
from service.pipeline.corrections import completed
from service.pipeline.lines import Chart, lines_of
from service.pipeline.receive import feed_of
from service.pipeline.reconcile import hold_back, reconcile
from service.store import Database, Store
from service.store.events import MAX_ATTEMPTS

_log = structlog.get_logger()

_FHIR_KEY = "fhir:"
_NOT_READ = "a message of this procedure can no longer be read: see the quarantine"

#: (facility, fingerprint of what the procedure is known by)
ProcedureRef = tuple[str, str]


@frozen
class Reading:
    """What one event says: each procedure it documents, by procedure key."""

    event: Event
    parts: tuple[tuple[str, Understood], ...]


@frozen
class Unreadable:
    """An event that cannot be read, and why, for a person."""

    event: Event
    reason: str  # no patient data


class Reader:
    """Reads events by the feed of their source."""

    def __init__(self, mappings: Mappings) -> None:
        names = frozenset(mappings.vocabulary.names)
        self.mappings = mappings
        self._feeds = {feed.name: feed for feed in mappings.feeds}
        self._fitting = lru_cache(maxsize=1024)(partial(feed_of, mappings.feeds))  # sources are few
        self._extractors = {
            feed.name: (fhir.Extractor if feed.format is Format.FHIR else hl7.Extractor)(feed, names)
            for feed in mappings.feeds
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
        return understand(self.mappings.vocabulary, self.mappings.terms, feed, report)

    def chart(self, keyed: Sequence[tuple[str, Understood]], answers: Sequence[Asked] = ()) -> Chart:
        """What is documented about one procedure, by its messages and answers, and what the tables say."""
        key, parts = keyed[0][0], [part for _, part in keyed]
        documentation = with_answers(combine(key, completed(parts, self._understood)), answers)
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
    healthy = take_answers(database, [event for event in events if event.attempts <= MAX_ATTEMPTS])
    if healthy:
        note(database, healthy)
        # Read before the transaction: whoever receives would wait for it, and a long message is long to read.
        read = [_read(reader, event) for event in healthy]
        with database.transaction() as store:
            _chart_events(store, reader, read)
    return len(events)


def _chart_events(store: Store, reader: Reader, read: Sequence[Reading | Unreadable]) -> None:
    read = list(_accompanied(store, reader, read))
    readings = list(_set_aside(store, read))
    procedures_of = {reading.event.id: set(_by_ref(store, reading)) for reading in readings}
    # Read again by other mappings, a message may have to do with other procedures, or be unreadable.
    before = store.procedures.documented_by(each.event.id for each in read)
    ids, new = store.procedures.lock(before.union(*procedures_of.values()))
    pairs = [(ids[ref], event_id) for event_id, refs in procedures_of.items() for ref in refs]
    store.procedures.link(pairs)
    facilities = {procedure_id: facility for (facility, _), procedure_id in ids.items()}
    documented, broken = _gather(store, reader, read, ids, new)
    charts: dict[str, Sequence[Line] | str] = {ids[ref]: () for ref in before}
    answers = store.questions.of_procedures(set(documented) - new, AskedState.ANSWERED)
    charts.update(
        (procedure_id, _chart_one(reader, keyed, answers.get(procedure_id, ())))
        for procedure_id, keyed in documented.items()
    )
    charts.update(dict.fromkeys(broken, _NOT_READ))
    charted = _update_queue(store, reader.mappings.digest, facilities, charts, new)
    carry_over(store, set(charts) - new)
    outcomes = dict.fromkeys(procedures_of, "no_charge")
    outcomes.update((event_id, "charted") for procedure_id, event_id in pairs if procedure_id in charted)
    store.events.finish(outcomes)


def _accompanied(
    store: Store, reader: Reader, read: Sequence[Reading | Unreadable]
) -> Iterator[Reading | Unreadable]:
    """Read again, with its companions, what has some."""
    # Who finds out from now on that these are to be read again waits until they have been.
    store.links.hold([each.event.id for each in read if each.event.format is Format.FHIR])
    for each in read:
        companions = companions_of(store, each.event)
        yield _read(reader, each.event, companions) if companions else each


def _read(reader: Reader, event: Event, companions: Sequence[fhir.Companion] = ()) -> Reading | Unreadable:
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


def _set_aside(store: Store, read: Iterable[Reading | Unreadable]) -> Iterator[Reading]:
    """Quarantine what could not be read; give the rest."""
    for each in read:
        if isinstance(each, Reading):
            yield each
        else:
            store.events.quarantine(each.event.id, each.event.facility, each.reason)


def _by_ref(store: Store, reading: Reading) -> dict[ProcedureRef, list[tuple[str, Understood]]]:
    """The parts of a reading by procedure."""
    found: dict[ProcedureRef, list[tuple[str, Understood]]] = defaultdict(list)
    for key, part in reading.parts:
        identity = store.fingerprint("procedure", *_identity(reading.event, key, part))
        found[reading.event.facility, identity].append((key, part))
    return found


def _identity(event: Event, key: str, part: Understood) -> tuple[str, ...]:
    """What makes two messages speak of one procedure.

    A FHIR resource is itself, also when its patient is corrected. Elsewhere the patient, as its authority
    numbers it, is part of the key: two patients' notes never join.
    """
    if key.startswith(_FHIR_KEY):
        return (event.sender, key)
    context = part.context
    return (context.patient_id_authority, context.patient_id or context.patient_reference, key)


def _gather(
    store: Store,
    reader: Reader,
    claimed: Sequence[Reading | Unreadable],
    ids: dict[ProcedureRef, str],
    new: set[str],
) -> tuple[dict[str, list[tuple[str, Understood]]], set[str]]:
    """What the messages of each procedure say of it, in order of arrival; and those that lost one."""
    known = {each.event.id: each for each in claimed}
    earlier = store.events.of_procedures(set(ids.values()) - new)
    others = {event.id: event for _, event in earlier if event.id not in known}
    late = {event_id: _read(reader, event, companions_of(store, event)) for event_id, event in others.items()}
    read = known | late
    broken = {procedure_id for procedure_id, event in earlier if isinstance(read[event.id], Unreadable)}
    readings = [each for each in claimed if isinstance(each, Reading)]
    readings += _set_aside(store, late.values())
    parts: dict[str, list[tuple[str, Understood]]] = defaultdict(list)
    for reading in sorted(readings, key=lambda each: each.event.sequence):
        for ref, found in _by_ref(store, reading).items():
            if ref in ids:
                parts[ids[ref]].extend(found)
    return parts, broken


def _chart_one(
    reader: Reader, keyed: Sequence[tuple[str, Understood]], answers: Sequence[Asked]
) -> Sequence[Line] | str:
    """The lines of one procedure; or, when that fails, why: its neighbours must not wait for it."""
    try:
        return lines_of(reader.chart(keyed, answers))
    except Exception as error:  # noqa: BLE001
        reason = _where(error)
        _log.error("procedure not charted", reason=reason)
        return f"this procedure cannot be charted ({reason}): report this"


def _update_queue(
    store: Store,
    digest: str,
    facilities: dict[str, str],
    charts: dict[str, Sequence[Line] | str],
    new: set[str],
) -> set[str]:
    """Bring the review queue up to date; gives the procedures that stand in it."""
    existing = defaultdict(list)
    for candidate in store.candidates.of_procedures(set(charts) - new):
        existing[candidate.procedure_id].append(candidate)
    added: dict[str, list[tuple[str, Line]]] = defaultdict(list)
    for procedure_id, lines in charts.items():
        rows = existing[procedure_id]
        if isinstance(lines, str):
            add, gone = hold_back(rows, lines)
        else:
            add, gone = reconcile(store.candidates, rows, lines)
        store.candidates.supersede(facilities[procedure_id], gone)
        added[facilities[procedure_id]].extend((procedure_id, line) for line in add)
    for facility, new_lines in added.items():
        store.candidates.add(facility, new_lines, mappings_digest=digest)
    standing = {procedure_id for procedure_id, candidates in existing.items() if candidates}
    return standing.union(procedure_id for new_lines in added.values() for procedure_id, _ in new_lines)
