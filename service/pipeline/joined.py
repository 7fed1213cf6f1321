"""Joined: messages that name a thing differently and yet speak of one procedure are charted as one.

A cancellation names the document and not the order; a FHIR Procedure has an id of its own, and shares only
the accession number. What has such a weak key belongs to every procedure, known by a better key, with which
it shares a name. A list (`sends: snapshot`) takes back what it leaves out.

Every name is a row, like that of a procedure: it is locked before anybody looks who else has it, so of two
messages read at the same moment one sees the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from service.mapping import Understood
from service.pipeline.gather import FHIR_KEY, Gathering, ProcedureRef, Said, apart
from service.pipeline.unnumbered import as_numbered, unnumbered
from service.store import Store

_ROUNDS: Final = 4  # cancellation -> replacement -> addendum -> note


@dataclass(frozen=True, slots=True)
class Joined:
    """From which messages each procedure is charted, and to which others the messages of one went."""

    documented: dict[ProcedureRef, list[Said]]
    went_to: dict[ProcedureRef, tuple[ProcedureRef, ...]]


def join(gathering: Gathering, start: Iterable[Said]) -> Joined | None:
    """Gather all that belongs to what is said at the start; None when nothing of that has another name."""
    front = [each for each in start if each.part.ties.names]
    if not front:
        return None
    names = _Names(gathering.store)
    reached: dict[ProcedureRef, str] = {}
    for _ in range(_ROUNDS):
        wanted = {name for each in front for name in names.of(each)} - reached.keys()
        if not wanted:
            break
        rows, new = gathering.store.procedures.lock(wanted)
        pairs = ((rows[name], each.event.id) for each in front for name in names.of(each) if name in rows)
        gathering.store.procedures.link(pairs)
        gathering.fetch(set(rows.values()) - new)  # of a name that is new, nobody else can have spoken
        reached |= rows
        front = _near(gathering, names, rows.keys())
    joined = _assigned(gathering, names, frozenset(reached))
    pairs_of = ((ref, each.event.id) for ref, told in joined.documented.items() for each in told)
    gathering.link(pairs_of)
    return joined


def _near(gathering: Gathering, names: "_Names", reached: Iterable[ProcedureRef]) -> list[Said]:
    """What has one of these names, and all else that is said of the same procedures."""
    near = [each for each in gathering.all() if not names.of(each).isdisjoint(reached)]
    refs = {each.ref for each in near}
    further = refs - gathering.ids.keys()
    gathering.lock(further)
    gathering.fetch(gathering.ids[ref] for ref in further)
    return [each for each in gathering.all() if each.ref in refs]


class _Names:
    """Fingerprints of what messages are known by, of a patient: as an authority numbers him, or as born."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[int, frozenset[ProcedureRef]] = {}

    def of(self, said: Said) -> frozenset[ProcedureRef]:
        known = self._known.get(id(said))
        if known is None:
            known = self._known[id(said)] = frozenset(self._fingerprints(said))
        return known

    def _fingerprints(self, said: Said) -> Iterator[ProcedureRef]:
        context, facility = said.part.context, said.event.facility
        patients = [
            ("numbered", context.patient_id_authority, context.patient_id or context.patient_reference)
        ]
        if context.patient_id and context.patient_birth_date:
            patients.append(("born", context.patient_id, context.patient_birth_date))
        for name in said.part.ties.names:
            for patient in patients:
                yield facility, self._store.fingerprint(apart("name", said.event), *patient, name)


def _assigned(gathering: Gathering, names: _Names, reached: frozenset[ProcedureRef]) -> Joined:
    documented = gathering.documented()
    strong = {ref for ref, told in documented.items() if any(not each.part.ties.is_weak for each in told)}
    weak = [ref for ref in documented if ref not in strong]
    went_to: dict[ProcedureRef, tuple[ProcedureRef, ...]] = {}
    for ref, home in unnumbered(documented, strong).items():
        documented[ref] = as_numbered(documented[ref], documented[home][0])
        _move([ref], [home], documented, went_to)
        strong.remove(ref)
    of_ref = {ref: _union(names.of(each) for each in told) & reached for ref, told in documented.items()}
    for group in _groups(weak, documented, of_ref):
        shared = _union(of_ref[ref] for ref in group)
        homes = sorted(ref for ref in strong if of_ref[ref] & shared)
        _move(group, homes or [min(group, key=lambda ref: gathering.ids[ref])], documented, went_to)
    for ref in strong:  # a weak message may stand under a good key too: an order, booked by its number
        for each in documented[ref]:
            if each.part.ties.is_weak:
                _add(documented, (other for other in strong if of_ref[other] & names.of(each)), [each])
    _take_back_what_lists_leave_out(documented)
    return Joined(documented, went_to)


def _groups(
    weak: Sequence[ProcedureRef],
    documented: dict[ProcedureRef, list[Said]],
    of_ref: dict[ProcedureRef, frozenset[ProcedureRef]],
) -> list[list[ProcedureRef]]:
    """Weak keys that share names, over and over; a FHIR resource is alone."""
    groups: list[tuple[list[ProcedureRef], frozenset[ProcedureRef]]] = []
    alone: list[list[ProcedureRef]] = []
    for ref in weak:
        if documented[ref][0].key.startswith(FHIR_KEY):
            alone.append([ref])
            continue
        near = [group for group in groups if group[1] & of_ref[ref]]
        groups = [group for group in groups if group not in near]
        groups.append(([ref, *(r for g in near for r in g[0])], of_ref[ref].union(*(g[1] for g in near))))
    return [group for group, _ in groups] + alone


def _move(
    group: Sequence[ProcedureRef],
    homes: Sequence[ProcedureRef],
    documented: dict[ProcedureRef, list[Said]],
    went_to: dict[ProcedureRef, tuple[ProcedureRef, ...]],
) -> None:
    for ref in group:
        if ref not in homes:
            _add(documented, homes, documented[ref])
            documented[ref] = []
            went_to[ref] = tuple(homes)


def _add(
    documented: dict[ProcedureRef, list[Said]], refs: Iterable[ProcedureRef], said: Sequence[Said]
) -> None:
    for ref in refs:
        there = {id(each) for each in documented[ref]}
        more = [each for each in said if id(each) not in there]
        documented[ref] = sorted((*documented[ref], *more), key=lambda each: each.event.sequence)


def _take_back_what_lists_leave_out(documented: dict[ProcedureRef, list[Said]]) -> None:
    lists: dict[tuple[str, str], dict[str, Said]] = defaultdict(
        dict
    )  # of a patient -> one line of each message
    for told in documented.values():
        for each in told:
            if each.part.ties.listing:
                lists[_list_of(each)].setdefault(each.event.id, each)
    for ref, told in documented.items():
        there = {each.event.id for each in told}
        for listing in {_list_of(each) for each in told if each.part.ties.listing}:
            others = (line for event_id, line in lists[listing].items() if event_id not in there)
            _add(documented, [ref], [_left_out(line, ref) for line in others])


def _list_of(said: Said) -> tuple[str, str]:
    context = said.part.context
    patient = f"{context.patient_id_authority}|{context.patient_id}"
    return apart(patient, said.event), said.part.ties.listing


def _left_out(line: Said, ref: ProcedureRef) -> Said:
    """What a list says of a procedure that it does not name: that it was not done."""
    part = line.part
    gone = Understood(part.document, part.version, part.context, withdrawn=True, ties=part.ties)
    return Said(line.event, ref, line.key, gone)


def _union(sets: Iterable[frozenset[ProcedureRef]]) -> frozenset[ProcedureRef]:
    return frozenset().union(*sets)
