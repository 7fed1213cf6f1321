"""Events: messages as they came. A row that is not yet read is a job."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, literal_column, select, update

from service.domain.errors import NotFound
from service.domain.event import Arrival, Event, Format
from service.domain.frozen import frozen
from service.domain.ids import new_id
from service.store.event_states import move
from service.store.prepared import Prepared, PreparedRows, PreparedSearch
from service.store.tables import event, procedure_event
from service.store.transaction import AuditEntry, Transaction
from service.store.walls import within

MAX_ATTEMPTS = 5


@frozen
class Known:
    """An earlier message under the same control id."""

    digest: str
    answer: bytes
    id: str
    repeat: int


class Events:
    """Storing messages, claiming them for reading, and saying what became of them."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._now = transaction.now

    def receive(self, arrivals: Sequence[Arrival]) -> list[tuple[str, bytes]]:
        """Store a group; gives the event id and the answer of each.

        The same bytes under the same control id are the same message: its first answer is given again.
        """
        keys = [self._control_key(arrival) for arrival in arrivals]
        known = self._known(set(keys))
        rows: list[dict[str, Any]] = []
        answers: list[tuple[str, bytes]] = []
        again: dict[str, int] = {}
        for arrival, key in zip(arrivals, keys, strict=True):
            earlier = known.setdefault(key, [])
            digest = arrival.digest
            same = _same(arrival, digest, earlier)
            self._tally(arrival, same, earlier)
            if same is None:
                rows.append(self._row(arrival, digest, key, earlier))
                same = Known(digest, arrival.answer, rows[-1]["id"], rows[-1]["repeat"])
                earlier.append(same)
            else:
                again[same.id] = again.get(same.id, 0) + 1
            # To what is out of sequence again: another number may be expected by now.
            answers.append((same.id, arrival.answer if arrival.is_refused_out_of_sequence else same.answer))
        self._insert(rows)
        self._count_again(again)
        self._audit_group(arrivals)
        return answers

    def are_stored(self, arrivals: Sequence[Arrival]) -> list[bool]:
        """Whether each came before: the same bytes under its control id."""
        keys = [self._control_key(arrival) for arrival in arrivals]
        known = self._known(set(keys))
        return [
            _same(arrival, arrival.digest, known.get(key, [])) is not None
            for arrival, key in zip(arrivals, keys, strict=True)
        ]

    def _tally(self, arrival: Arrival, same: Known | None, earlier: list[Known]) -> None:
        counted = self._transaction.tallies[arrival.facility, arrival.taken_by]
        counted["received"] += 1
        if arrival.refused:
            counted["refused"] += 1
        if same:
            counted["duplicates"] += 1
            return
        counted["quarantined" if arrival.quarantine else "waiting"] += 1
        counted["reused"] += _is_reused(arrival, earlier)
        counted["out_of_sequence"] += bool(arrival.sequencing)

    def _control_key(self, arrival: Arrival) -> str:
        # Without a control id the bytes themselves are the identity.
        identity = arrival.control_id or arrival.digest
        parts = (arrival.facility, arrival.format, arrival.sender, identity)
        return self._transaction.keyring.fingerprint(*parts)

    def _known(self, keys: set[str]) -> dict[str, list[Known]]:
        known: dict[str, list[Known]] = {}
        for control_key, *row in _KNOWN.run(self._connection, list(keys)) if keys else ():
            known.setdefault(control_key, []).append(Known(*row))
        return known

    def _row(self, arrival: Arrival, digest: str, control_key: str, earlier: list[Known]) -> dict[str, Any]:
        identifier = new_id()
        return {
            "id": identifier,
            "facility": arrival.facility,
            "format": arrival.format.value,
            "sender": _storable(arrival.sender),
            "message_type": _storable(arrival.message_type)[:64],
            "control_id": _storable(arrival.control_id),
            "control_key": control_key,
            "digest": digest,
            "repeat": sum(known.digest == digest for known in earlier),
            "reused": _is_reused(arrival, earlier),
            "sequencing": arrival.sequencing.value,
            "duplicates": 0,
            "feed": arrival.feed,
            "taken_by": arrival.taken_by,
            "charset": arrival.charset,
            "processing_id": arrival.processing_id,
            "sealed_body": self._transaction.keyring.seal(arrival.body, _place(identifier, arrival.facility)),
            "answer": arrival.answer,
            "peer": arrival.peer[:64],
            "received_at": self._now,
            "state": "quarantined" if arrival.quarantine else "received",
            "reason": arrival.quarantine,
            "attempts": 0,
            "next_attempt_at": self._now,
            "lease_until": 0.0,
        }

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            _NEW.run(self._connection, rows)

    def _count_again(self, again: dict[str, int]) -> None:
        if again:
            counted = update(event).where(event.c.id == bindparam("event_id"))
            counted = counted.values(duplicates=event.c.duplicates + bindparam("times"))
            rows = [{"event_id": identifier, "times": times} for identifier, times in again.items()]
            self._connection.execute(counted, rows)

    def _audit_group(self, arrivals: Sequence[Arrival]) -> None:
        counts: dict[tuple[str, str], int] = {}
        for arrival in arrivals:
            key = (arrival.facility, arrival.sender)
            counts[key] = counts.get(key, 0) + 1
        for (facility, sender), count in counts.items():
            entry = AuditEntry(facility, "intake", _storable(sender)[:64], "receive", "event", "", count)
            self._transaction.audit(entry)

    def claim(self, limit: int, lease: float) -> list[Event]:
        """Lease the oldest unread events. One that was tried before comes alone: it may be the poison."""
        return self._claim(_CLAIM_NEW, limit, lease) or self._claim(_CLAIM, 1, lease)

    def _claim(self, claim: Prepared, limit: int, lease: float) -> list[Event]:
        given = {"now": self._now, "most": limit, "until": self._now + lease}
        rows = claim.run(self._connection, given).fetchall()
        return sorted(map(self._event, rows), key=lambda found: found.sequence)

    def get(self, identifier: str, facility: str) -> Event:
        """One event within a facility ("*" = any)."""
        query = select(*_EVENT_COLUMNS).where(event.c.id == identifier, within(event, facility))
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("there is no such event")
        return self._event(row)

    def open_newest(self) -> None:
        """Open the newest body; SetupError when the keyring does not hold its key."""
        query = select(*_EVENT_COLUMNS).order_by(event.c.sequence.desc()).limit(1)
        for row in self._connection.execute(query):
            self._event(row)

    def of_procedures(self, procedure_ids: Iterable[str]) -> list[tuple[str, Event]]:
        """(procedure id, event) of every message that documents these procedures, in order of arrival."""
        query: Select[Any] = (
            select(procedure_event.c.procedure_id, *_EVENT_COLUMNS)
            .join(event, event.c.id == procedure_event.c.event_id)
            .where(procedure_event.c.procedure_id.in_(list(procedure_ids)))
            .order_by(event.c.sequence)
        )
        return [(row[0], self._event(row[1:])) for row in self._connection.execute(query)]

    def finish(self, outcomes: dict[str, str]) -> None:
        """Say what became of events that were read: charted, or no_charge."""
        for state in sorted(set(outcomes.values())):
            ids = [identifier for identifier, outcome in outcomes.items() if outcome == state]
            move(self._transaction, event.c.id.in_(ids), state, lease_until=0.0)

    def quarantine(self, identifier: str, facility: str, reason: str) -> None:
        """Set an event aside, with the reason that a person will read."""
        move(self._transaction, event.c.id == identifier, "quarantined", reason=reason, lease_until=0.0)
        entry = AuditEntry(facility, "charting", "service", "quarantine", "event", identifier)
        self._transaction.audit(entry)

    def retry_later(self, identifiers: Iterable[str], delay: float) -> None:
        """Give leased events back, to be read again after `delay` seconds."""
        back = update(event).where(event.c.id.in_(list(identifiers)))
        self._connection.execute(back.values(lease_until=0.0, next_attempt_at=self._now + delay))

    def oldest_due(self) -> float | None:
        """When the event was received that has waited longest for a reader; None = nobody waits."""
        query = select(event.c.next_attempt_at).where(_DUE).order_by(event.c.sequence).limit(1)
        return self._connection.scalar(query, {"now": self._now})

    def _event(self, row: Sequence[Any]) -> Event:
        """An event out of the columns that are listed below."""
        *before, sealed, attempts, feed, charset, processing_id = row
        identifier, facility, form, sender, message_type, control_id, received_at, sequence = before
        return Event(
            id=identifier,
            facility=facility,
            format=Format(form),
            sender=sender,
            message_type=message_type,
            control_id=control_id,
            received_at=received_at,
            sequence=sequence,
            body=self._transaction.keyring.open(sealed, _place(identifier, facility)),
            attempts=attempts,
            feed=feed,
            charset=charset,
            processing_id=processing_id,
        )


_EVENT_COLUMNS = (
    event.c.id,
    event.c.facility,
    event.c.format,
    event.c.sender,
    event.c.message_type,
    event.c.control_id,
    event.c.received_at,
    event.c.sequence,
    event.c.sealed_body,
    event.c.attempts,
    event.c.feed,
    event.c.charset,
    event.c.processing_id,
)


_KNOWN = PreparedSearch(
    select(event.c.control_key, event.c.digest, event.c.answer, event.c.id, event.c.repeat).order_by(
        event.c.sequence
    ),
    event.c.control_key,
)
_NEW = PreparedRows(event)


def _claim(due: ColumnElement[bool]) -> Prepared:
    """Lease the oldest that are due, and give them."""
    oldest = select(event.c.sequence).where(due).order_by(event.c.sequence).limit(bindparam("most"))
    # In a CTE the choice is made once; in a plain subquery PostgreSQL may make it again and take more.
    chosen = oldest.with_for_update(skip_locked=True).cte("chosen")
    leased = update(event).where(event.c.sequence.in_(select(chosen.c.sequence)))
    leased = leased.values(attempts=event.c.attempts + 1, lease_until=bindparam("until"))
    return Prepared(leased.returning(*_EVENT_COLUMNS))


_DUE = and_(
    event.c.state == literal_column("'received'"),  # as the index has it
    event.c.next_attempt_at <= bindparam("now"),
    event.c.lease_until <= bindparam("now"),
)
_CLAIM_NEW = _claim(and_(_DUE, event.c.attempts == 0))
_CLAIM = _claim(_DUE)


def _same(arrival: Arrival, digest: str, earlier: list[Known]) -> Known | None:
    """The earlier message that this one repeats.

    A control id is used once, so any equal bytes under it are a repeat. A FHIR resource may lawfully go back
    to what it once said: there only the latest counts.
    """
    considered = earlier if arrival.format is Format.HL7V2 or not arrival.control_id else earlier[-1:]
    return next((known for known in considered if known.digest == digest), None)


def _is_reused(arrival: Arrival, earlier: list[Known]) -> bool:
    """Whether a new message has the control id of another; a FHIR resource has one id all its life."""
    return bool(earlier) and arrival.format is Format.HL7V2


def _storable(text: str) -> str:
    """PostgreSQL holds no NUL in text; the bytes as received keep it."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _place(identifier: str, facility: str) -> str:
    return f"event/{identifier}/{facility}"
