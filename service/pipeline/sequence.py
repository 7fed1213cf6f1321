"""Sequence: numbered messages (MSH-13) are held against those before them, and told what was expected.

Within the transaction that stores them: a number counts as taken when its message is.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from service import hl7
from service.domain.event import Arrival
from service.domain.ids import new_control_id
from service.domain.sequence import Numbered, Placed, Progress, Sequencing, place, sender_of
from service.hl7.modes import IsOriginal
from service.store import Store
from service.store.sequences import Link
from service.store.transaction import AuditEntry

#: Whether messages of this sender, MSH-3|MSH-4, are refused when their number is not next.
IsStrict = Callable[[str], bool]
_REFUSED = frozenset({Sequencing.GAP, Sequencing.AGAIN})


def in_sequence(
    store: Store, arrivals: Sequence[Arrival], is_original: IsOriginal, is_strict: IsStrict
) -> Sequence[Arrival]:
    """The arrivals; those that are numbered with what their number says, and their answer with MSA-4."""
    numbered = [arrival for arrival in arrivals if arrival.numbered and not arrival.refused]
    if not numbered:
        return arrivals
    progress = store.sequences.lock(_link(each.numbered) for each in numbered if each.numbered)
    stored = store.events.are_stored(numbered)
    taken = {arrival.body for arrival, is_stored in zip(numbered, stored, strict=True) if is_stored}
    placed: dict[int, Arrival] = {}
    for arrival in numbered:
        if arrival.numbered and arrival.body not in taken:  # what came before has its answer, and has counted
            link = _link(arrival.numbered)
            found = place(arrival.numbered.number, progress[link])
            refused = found.sequencing in _REFUSED and is_strict(arrival.sender)
            if not refused:
                _audit_what_is_given_up(store, link, progress[link], found)
                progress[link] = found.after
                taken.add(arrival.body)
            placed[id(arrival)] = _answered(arrival, found, is_original, refused=refused)
    store.sequences.advance(progress)
    return [placed.get(id(arrival), arrival) for arrival in arrivals]


def _audit_what_is_given_up(store: Store, link: Link, before: Progress, found: Placed) -> None:
    """Numbers that are missing when a sender begins anew are looked for no more, and are not forgotten."""
    if found.sequencing is Sequencing.RESTART and before.missing and not found.after.missing:
        facility, name = link
        detail = f"never came: {before}"
        store.audit(
            AuditEntry(facility, "intake", sender_of(name)[:64], "number anew", "link", "", detail=detail)
        )


def _link(numbered: Numbered) -> Link:
    return numbered.facility, numbered.link


def _answered(arrival: Arrival, placed: Placed, is_original: IsOriginal, *, refused: bool) -> Arrival:
    answer = hl7.answer_to_numbered(
        hl7.read_header(arrival.body, arrival.charset or None),
        placed,
        refused=refused,
        now=datetime.now(UTC),
        ack_id=new_control_id(),
        is_original=is_original,
    )
    arrival = replace(arrival, sequencing=placed.sequencing, answer=answer)
    return arrival.turned_away(str(hl7.OUT_OF_SEQUENCE), answer) if refused else arrival
