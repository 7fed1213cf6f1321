"""Replay: have stored messages read again, after a fix of a mapping or of the code.

Nothing is charged twice by it: a procedure is always charted from all of its messages, and what people
decided stands. A message that the door would set aside again stays where it is.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from service import fhir, hl7
from service.domain.errors import NotFound
from service.domain.event import Event, Format
from service.domain.ids import new_control_id
from service.pipeline.receive import NOT_ON_THE_LIST, ONLY_ITS_BEGINNING
from service.store import Database, Store
from service.store.quarantine import ASIDE, Which

_AT_ONCE = 200
_REFUSED = "it was refused when it came, and its sender knows: it must be sent again"
_WAITS = "it waits to be read already"


@dataclass(frozen=True, slots=True)
class Replaying:
    """Who replays, and how."""

    by: str
    dry_run: bool = False
    after: int = 0  # sequence
    most: int | None = None  # messages to look at; None = all


@dataclass(slots=True)
class Replayed:
    """What came of a replay."""

    again: int = 0  # messages that are, or in a dry run would be, read again
    left: Counter[str] = field(default_factory=Counter)  # why others stay as they are -> how many
    last: int = 0  # sequence of the last message that was looked at

    @property
    def looked_at(self) -> int:
        """How many were looked at."""
        return self.again + self.left.total()


def replay_chosen(database: Database, which: Which, how: Replaying) -> Replayed:
    """Replay what was chosen, the oldest first, each some messages in a transaction of their own."""
    replayed = Replayed(last=how.after)
    while how.most is None or replayed.looked_at < how.most:
        limit = _AT_ONCE if how.most is None else min(_AT_ONCE, how.most - replayed.looked_at)
        with database.transaction() as store:
            chosen = store.replays.chosen(which, limit=limit, after=replayed.last)
            for sequence, identifier in chosen:
                _count(replayed, replay_one(store, identifier, which.facility, how))
                replayed.last = sequence
        if len(chosen) < limit:
            break
    return replayed


def replay_these(database: Database, identifiers: Iterable[str], facility: str, how: Replaying) -> Replayed:
    """Replay messages by their ids, whatever became of them; ids of none are counted as left."""
    replayed = Replayed()
    for identifier in identifiers:
        try:
            with database.transaction() as store:
                _count(replayed, replay_one(store, identifier, facility, how))
        except NotFound as error:
            _count(replayed, str(error))
    return replayed


def replay_one(store: Store, identifier: str, facility: str, how: Replaying) -> str:
    """Have one message read again; "", or why it stays as it is. NotFound when there is none."""
    event = store.events.get(identifier, facility)
    state, reason = store.replays.told(identifier)
    if state == "received":
        return _WAITS
    message_type, problem = _judged(event)
    if state in ASIDE:
        problem = _barred(event, reason) or problem
    if problem or how.dry_run:
        return problem
    kind = message_type or event.message_type
    is_replayed = store.replays.replay(identifier, event.facility, message_type=kind, by=how.by)
    return "" if is_replayed else _WAITS


def _barred(event: Event, reason: str) -> str:
    """Why a message that was refused is not let in by what it says alone: it must be sent again."""
    if reason.endswith((ONLY_ITS_BEGINNING, NOT_ON_THE_LIST)):
        return reason
    # How it was addressed, and on which condition, is not kept; what a reader had in hand was taken once.
    return _REFUSED if event.format is Format.FHIR and not event.attempts else ""


def _judged(event: Event) -> tuple[str, str]:
    """(message type, why it is set aside) as the door would have it today."""
    if event.format is Format.FHIR:
        resource = fhir.admit_posted(event.body)
        return resource.message_type, resource.quarantine
    charset = event.charset or None
    message = hl7.admit(event.body, charset=charset, now=datetime.now(UTC), ack_id=new_control_id())
    return message.message_type, message.quarantine


def _count(replayed: Replayed, problem: str) -> None:
    if problem:
        replayed.left[problem] += 1
    else:
        replayed.again += 1
