"""Sampling: now and then a message of each feed is held against the rules of HL7, for the interface analyst.

Nothing waits for it, and nothing is decided by it: it runs beside the sweep, a few messages at a time.
"""

from collections.abc import Sequence

import structlog

from service.domain.event import Format
from service.domain.feed import Feed
from service.hl7.conformance import LONGEST, broken_rules
from service.store import Database
from service.store.users import ALL_FACILITIES

_AT_ONCE = 3  # messages: at a millisecond a segment, what else the process does is hardly held up
_log = structlog.get_logger()


def sample(database: Database, feeds: Sequence[Feed], *, every: int) -> int:
    """Check one of so many messages of each feed, the first at once; gives how many were checked."""
    names = [feed.name for feed in feeds if feed.format is Format.HL7V2]
    with database.look() as store:
        due = store.samples.due(names, every)
        newest = store.samples.newest(due) if due else {}
    for feed, identifier in list(newest.items())[:_AT_ONCE]:
        _check(database, feed, identifier, due[feed], every)
    return min(len(newest), _AT_ONCE)


def _check(database: Database, feed: str, identifier: str, received: int, every: int) -> None:
    with database.transaction() as store:
        if not store.samples.claim(feed, received, every):
            return
        event = store.events.get(identifier, ALL_FACILITIES)
    if len(event.body) > LONGEST:
        return
    rules = broken_rules(event.body, event.charset)
    with database.transaction() as store:
        store.samples.record(feed, rules, event.control_id)
    if rules:
        _log.info(
            "a sampled message was taken, and breaks rules of HL7: charge-capture feeds show",
            event_id=identifier,
            count=len(rules),
        )
