"""Companions: FHIR messages that speak of the same things are read together, whichever comes first.

What a message brings and speaks of is noted, and committed, before anybody looks for companions. So of two
messages that are read at the same moment, at least one sees the other: a Procedure finds what came before
it, and what comes later has the Procedure read again.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import structlog

from service import fhir
from service.domain.event import Event, Format
from service.fhir import Companion, Role
from service.store import Database, Store
from service.store.resource_links import ResourceLink

_log = structlog.get_logger()

#: Procedure -> Encounter -> Condition; Procedure <- document <- the one that replaces it, and its successor.
_HOPS: Final = 3


def note(database: Database, events: Iterable[Event]) -> None:
    """Note what new FHIR messages bring, and have those read again whom it concerns."""
    new = {event.id: event for event in events if event.format is Format.FHIR}
    if not new:
        return
    with database.look() as store:
        known = {link.event_id for link in store.links.of_events(new)}
        is_all_told = not store.links.untold(known)
    if not new.keys() - known and is_all_told:
        return
    with database.transaction() as store:
        for identifier in sorted(new.keys() - known):
            store.links.add(_links(store, new[identifier]))
    # Another transaction: the notes must be seen before anybody looks.
    with database.transaction() as store:
        untold = store.links.untold(new)
        store.links.reopen(_concerned(store, untold) - new.keys())
        store.links.told({link.event_id for link in untold})


def companions_of(store: Store, event: Event) -> tuple[Companion, ...]:
    """The messages that say more of the procedures of this one."""
    if event.format is not Format.FHIR:
        return ()
    start = store.links.of_events([event.id])
    if not any(link.is_charted for link in start):
        return ()
    nodes = {link.node for link in start}
    front = start
    for _ in range(_HOPS):
        reached = {link.node for link in _forward(store, front)} - nodes
        if not reached:
            break
        nodes |= reached
        front = _of_nodes(store, reached)
    numbers: dict[str, set[int]] = defaultdict(set)
    for event_id, number in nodes:
        numbers[event_id].add(number)
    numbers.pop(event.id, None)
    events = (store.events.get(identifier, event.facility) for identifier in sorted(numbers))
    return tuple(Companion(each, frozenset(numbers[each.id])) for each in events)


def _links(store: Store, event: Event) -> list[ResourceLink]:
    try:
        links = fhir.links_of(event)
    except Exception as error:  # noqa: BLE001  whoever reads it next says what is wrong with it
        _log.warning("links not noted", event_id=event.id, error=type(error).__name__)
        return []

    def key(address: str) -> str:
        return store.fingerprint("resource", event.facility, event.sender, address)

    return [
        ResourceLink(
            event_id=event.id,
            number=link.number,
            role=link.role.value,
            key=key(link.address),
            facility=event.facility,
            name=key(link.name),
            version=link.version,
            digest=store.fingerprint("content", link.content.hex()),
            is_charted=link.is_charted,
        )
        for link in links
    ]


def _concerned(store: Store, links: Sequence[ResourceLink]) -> set[str]:
    """The messages whose procedures say something else now."""
    front = _changed(store, links)
    nodes = {link.node for link in front}
    concerned: set[str] = set()
    for _ in range(_HOPS):
        found = _backward(store, front)
        concerned |= {link.event_id for link in found if link.is_charted}
        reached = {link.node for link in found if not link.is_charted} - nodes
        if not reached:
            break
        nodes |= reached
        front = _of_nodes(store, reached)
    return concerned


def _changed(store: Store, links: Sequence[ResourceLink]) -> list[ResourceLink]:
    """The links of resources that do not just repeat what they said before."""
    new = {link.event_id for link in links}
    before = store.links.at({link.name for link in links}, Role.IS)
    latest = {each.name: each for each in _latest(each for each in before if each.event_id not in new)}
    return [link for link in links if link.name not in latest or latest[link.name].digest != link.digest]


def _forward(store: Store, links: Sequence[ResourceLink]) -> list[ResourceLink]:
    """What says more of the resources of these links."""
    meant = store.links.at(_keys(links, Role.MEANS), Role.IS)
    charted = [link for link in links if link.is_charted]
    others = [link for link in links if not link.is_charted]
    told = store.links.at(_keys(charted, Role.IS), Role.ABOUT)
    return [*_latest(meant), *told, *store.links.at(_keys(others, Role.IS), Role.REPLACES)]


def _backward(store: Store, links: Sequence[ResourceLink]) -> list[ResourceLink]:
    """Of what the resources of these links say more."""
    told = store.links.at(_keys(links, Role.ABOUT), Role.IS)
    return [
        *store.links.at(_keys(links, Role.IS), Role.MEANS),
        *(link for link in told if link.is_charted),
        *store.links.at(_keys(links, Role.REPLACES), Role.IS),
    ]


def _keys(links: Iterable[ResourceLink], role: Role) -> set[str]:
    return {link.key for link in links if link.role == role}


def _latest(links: Iterable[ResourceLink]) -> list[ResourceLink]:
    """Of each resource at each address its latest version; `links` in the order of arrival."""
    latest: dict[tuple[str, str], ResourceLink] = {}
    for link in links:
        other = latest.get((link.key, link.name))
        if other is None or other.version <= link.version:
            latest[link.key, link.name] = link
    return list(latest.values())


def _of_nodes(store: Store, nodes: set[tuple[str, int]]) -> list[ResourceLink]:
    links = store.links.of_events({event_id for event_id, _ in nodes})
    return [link for link in links if link.node in nodes]
