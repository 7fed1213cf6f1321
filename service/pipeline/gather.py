"""Gather: every message of the procedures that some messages speak of, read anew."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from service.domain.documentation import Ties
from service.domain.event import PRODUCTION, Event, Format
from service.domain.frozen import frozen
from service.mapping import Understood
from service.store import Store

FHIR_KEY = "fhir:"

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


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What one event says of one procedure."""

    event: Event
    ref: ProcedureRef
    key: str
    part: Understood


class Gathering:
    """The messages of some procedures. The rows of those are locked, and messages linked to them."""

    def __init__(
        self,
        store: Store,
        read: Callable[[Event], Reading | Unreadable],
        claimed: Sequence[Reading | Unreadable],
    ) -> None:
        self.store = store
        self.ids: dict[ProcedureRef, str] = {}
        self.new: set[str] = set()
        self.broken: set[str] = set()  # procedures of which a message can no longer be read
        self._read = read
        self._said: dict[str, list[Said]] = {}
        self._unreadable: set[str] = set()
        self._procedures_of: dict[str, set[str]] = defaultdict(set)
        for each in claimed:
            self._take(each)
        self._claimed = [each.event.id for each in claimed if isinstance(each, Reading)]
        # Read again by other mappings, a message may have to do with other procedures, or be unreadable.
        before = store.procedures.documented_by(each.event.id for each in claimed)
        self.new = self.lock(before.union(each.ref for each in self.all()))
        self.link((each.ref, each.event.id) for each in self.all())
        self.fetch(set(self.ids.values()) - self.new)

    def lock(self, refs: Iterable[ProcedureRef]) -> set[str]:
        """Lock further procedures; gives the ids of those that were not there before."""
        found, new = self.store.procedures.lock(set(refs) - self.ids.keys())
        self.ids |= found
        return new

    def link(self, pairs: Iterable[tuple[ProcedureRef, str]]) -> None:
        """Note which message (by its id) documents which procedure."""
        known = {(self.ids[ref], event_id) for ref, event_id in pairs}
        fresh = [pair for pair in known if pair[0] not in self._procedures_of[pair[1]]]
        for procedure_id, event_id in fresh:
            self._procedures_of[event_id].add(procedure_id)
        self.store.procedures.link(fresh)

    def fetch(self, procedure_ids: Iterable[str]) -> None:
        """Read all messages of these procedures that are not read yet."""
        wanted = set(procedure_ids)
        earlier = self.store.events.of_procedures(wanted) if wanted else []
        for _, event in earlier:
            if event.id not in self._said and event.id not in self._unreadable:
                self._take(self._read(event))
        self.broken |= {procedure_id for procedure_id, event in earlier if event.id in self._unreadable}

    def all(self) -> list[Said]:
        """All that was read, in order of arrival."""
        every = (each for told in self._said.values() for each in told)
        return sorted(every, key=lambda each: each.event.sequence)

    def documented(self) -> dict[ProcedureRef, list[Said]]:
        """What is said of each procedure that is locked."""
        found: dict[ProcedureRef, list[Said]] = defaultdict(list)
        for each in self.all():
            if each.ref in self.ids:
                found[each.ref].append(each)
        return found

    def outcomes(self, charted: set[str]) -> dict[str, str]:
        """What became of each message that was claimed, given the procedures that stand in the queue."""
        return {
            event_id: "no_charge" if charted.isdisjoint(self._procedures_of[event_id]) else "charted"
            for event_id in self._claimed
        }

    def _take(self, read: Reading | Unreadable) -> None:
        """Keep what was read; quarantine what could not be."""
        event = read.event
        if isinstance(read, Unreadable):
            self._unreadable.add(event.id)
            self.store.events.quarantine(event.id, event.facility, read.reason)
            return
        self._said[event.id] = [each for key, part in read.parts for each in self._told(event, key, part)]

    def _told(self, event: Event, key: str, part: Understood) -> Iterator[Said]:
        kind = apart("procedure", event)
        yield Said(event, (event.facility, self._fingerprint(kind, event, key, part)), key, part)
        if event.format is Format.FHIR and event.processing_id != PRODUCTION:
            # A resource that is marked as test data takes back what it said before it was.
            unsaid = replace(part, withdrawn=True, stated=(), ties=Ties(is_weak=True))
            ref = (event.facility, self._fingerprint("procedure", event, key, part))
            yield Said(event, ref, key, unsaid)

    def _fingerprint(self, kind: str, event: Event, key: str, part: Understood) -> str:
        """What makes two messages speak of one procedure.

        A FHIR resource is itself, also when its patient is corrected. Elsewhere the patient, as its authority
        numbers it, is part of the key: two patients' notes never join. Nor does what is sent for training
        join what was done.
        """
        if key.startswith(FHIR_KEY):
            return self.store.fingerprint(kind, event.sender, key)
        context = part.context
        patient = context.patient_id or context.patient_reference
        return self.store.fingerprint(kind, context.patient_id_authority, patient, key)


def apart(kind: str, event: Event) -> str:
    """A kind of fingerprint, of its own for each processing id (MSH-11) that is not production."""
    return kind if event.processing_id == PRODUCTION else f"{kind} of {event.processing_id}"
