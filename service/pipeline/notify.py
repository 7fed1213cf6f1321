"""Notify: what a notification makes us do. It is answered at once; what it leaves out is fetched later."""

from collections.abc import Iterable, Iterator

import structlog

from service import fhir
from service.domain.ehr import Ehr
from service.domain.event import Arrival
from service.fhir import Notification, local
from service.pipeline.receive import Door
from service.store import Store
from service.store.ehrs import SubscriptionState

_log = structlog.get_logger()
#: Notifications overtake each other: a number that is missing may be under way.
_GRACE_SECONDS = 10.0
#: More than this is not asked for by number: a search finds it.
_MOST_MISSED = 1000
_HAPPENED = frozenset({"event-notification", "query-event"})
_LIVE = frozenset({"active", "requested", ""})


def hear(store: Store, ehr: Ehr, said: Notification) -> None:
    """Note what a server says of its subscription, and commit to fetch what is missing."""
    known = store.ehrs.subscription(ehr.name, to_change=True) or _new(ehr, said)
    if said.status not in _LIVE:
        _log.warning("subscription has stopped", ehr=ehr.name)
    if _began_anew(known, said):
        known = _restarted(known, said)
        store.ehrs.search_now(ehr.name)
    missed = list(_missed(known, said))
    if sum(last - first + 1 for first, last in missed) > _MOST_MISSED:
        store.ehrs.search_now(ehr.name)
        missed = []
    for first, last in missed:
        _log.warning("notifications missed", ehr=ehr.name, first=first, last=last)
        store.ehrs.add(ehr.name, "events", f"{first}-{last}", _GRACE_SECONDS)
    ask_for(store, ehr, said)
    store.ehrs.keep(
        SubscriptionState(
            ehr=ehr.name,
            subscription=said.subscription or known.subscription,
            status=said.status or known.status,
            last_number=max([known.last_number, said.count, *_numbers(said)]),
            told_at=max(known.told_at, said.at),
            gaps=known.gaps + sum(last - first + 1 for first, last in missed),
        )
    )


def arrival_of(door: Door, ehr: Ehr, body: bytes) -> tuple[Arrival, fhir.Admission]:
    """What an EHR's server gave, as if it had been sent to /fhir; and what the door thinks of it."""
    admission = fhir.admit_posted(body)
    return door.fhir_arrival(admission, body, sender=ehr.name, facility=ehr.facility), admission


def ask_for(store: Store, ehr: Ehr, said: Notification) -> None:
    """Commit to fetch what a notification names or means, and does not bring."""
    for told in said.to_fetch():
        store.ehrs.add(ehr.name, "read", local(told.focus))
    if said.is_blind():
        store.ehrs.search_now(ehr.name)


def _new(ehr: Ehr, said: Notification) -> SubscriptionState:
    """The first that is heard: what came before was not for us."""
    before = min(_numbers(said), default=max(said.count, 0) + 1) - 1
    return SubscriptionState(ehr.name, said.subscription, said.status, max(before, 0), said.at)


def _began_anew(known: SubscriptionState, said: Notification) -> bool:
    """Whether the server counts from the start again. A late notification counts less, too, but is older."""
    if said.subscription and said.subscription != known.subscription:
        return True
    if not 0 <= said.count < known.last_number:
        return False
    return said.kind == "handshake" or (bool(said.at) and said.at > known.told_at)


def _restarted(known: SubscriptionState, said: Notification) -> SubscriptionState:
    before = min(_numbers(said), default=max(said.count, 0) + 1) - 1
    return SubscriptionState(
        known.ehr, said.subscription, said.status, max(before, 0), said.at, gaps=known.gaps
    )


def _numbers(said: Notification) -> list[int]:
    return [told.number for told in said.told if told.number] if said.kind in _HAPPENED else []


def _missed(known: SubscriptionState, said: Notification) -> Iterator[tuple[int, int]]:
    """The numbers, as ranges, after the last one known that this notification ought to have followed."""
    numbers = set(_numbers(said))
    newest = max([said.count, *numbers], default=-1)
    if newest - known.last_number > 2 * _MOST_MISSED:
        yield known.last_number + 1, newest
        return
    yield from _ranges(n for n in range(known.last_number + 1, newest + 1) if n not in numbers)


def _ranges(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    first = last = None
    for number in numbers:
        if first is None or last is None:
            first = number
        elif number != last + 1:
            yield first, last
            first = number
        last = number
    if first is not None and last is not None:
        yield first, last
