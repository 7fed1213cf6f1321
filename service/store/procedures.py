"""Procedures: one row for each, so that its messages are taken one after the other."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from sqlalchemy import bindparam, select, update

from service.domain.ids import new_id
from service.store.prepared import PreparedNewRows, PreparedSearch
from service.store.tables import candidate, procedure, procedure_event
from service.store.transaction import AuditEntry, Transaction


class Procedures:
    """Which procedures there are, and which messages document them."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def lock(self, keys: Iterable[tuple[str, str]]) -> tuple[dict[tuple[str, str], str], set[str]]:
        """Lock the procedures of these (facility, key fingerprint) pairs, making those that are new.

        Gives the id of each, and the ids of the new ones. Rows are taken in one order, so that two workers
        never wait for each other crosswise.
        """
        wanted = sorted(set(keys))
        rows = [{"id": new_id(), "facility": facility, "key": key} for facility, key in wanted]
        if not rows:
            return {}, set()
        _INSERT.run(self._connection, rows)
        found: dict[tuple[str, str], str] = {}
        for facility, pairs in groupby(wanted, key=itemgetter(0)):
            there = _LOCK.run(self._connection, [key for _, key in pairs], of_facility=facility)
            found |= {(facility, key): identifier for key, identifier in there}
        made = {row["id"] for row in rows} & set(found.values())
        return {pair: found[pair] for pair in wanted}, made

    def hold(self, identifier: str) -> None:
        """Lock a procedure: it is not charted meanwhile, and whoever charted it has ended."""
        self._connection.execute(select(procedure.c.id).where(procedure.c.id == identifier).with_for_update())

    def link(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Note which message documents which procedure: (procedure id, event id)."""
        rows = [{"procedure_id": procedure_id, "event_id": event_id} for procedure_id, event_id in set(pairs)]
        if rows:
            _LINK.run(self._connection, rows)

    def after(self, identifier: str, limit: int) -> list[str]:
        """The ids of procedures, in the order of their ids, from one on."""
        query = (
            select(procedure.c.id).where(procedure.c.id > identifier).order_by(procedure.c.id).limit(limit)
        )
        return list(self._connection.scalars(query))

    def documented_by(self, event_ids: Iterable[str]) -> set[tuple[str, str]]:
        """(facility, key fingerprint) of what these messages documented whenever they were read before."""
        wanted = sorted(event_ids)
        return {(row[0], row[1]) for row in _DOCUMENTED.run(self._connection, wanted)} if wanted else set()

    def move_lines(self, facility: str, candidate_ids: Sequence[str], procedure_id: str) -> None:
        """Have lines of the queue be those of another procedure: the two turned out to be one."""
        moved = update(candidate).where(candidate.c.id.in_(candidate_ids))
        self._connection.execute(moved.values(procedure_id=procedure_id))
        for identifier in candidate_ids:
            entry = AuditEntry(facility, "charting", "service", "move", "candidate", identifier)
            self._transaction.audit(entry)

    def events_of(self, procedure_id: str) -> list[str]:
        """The ids of the messages that document a procedure."""
        query = select(procedure_event.c.event_id).where(procedure_event.c.procedure_id == procedure_id)
        return list(self._connection.scalars(query))


_DOCUMENTED = PreparedSearch(
    select(procedure.c.facility, procedure.c.key).join(
        procedure_event, procedure_event.c.procedure_id == procedure.c.id
    ),
    procedure_event.c.event_id,
)
_INSERT = PreparedNewRows(procedure)
_LINK = PreparedNewRows(procedure_event)
_LOCK = PreparedSearch(
    select(procedure.c.key, procedure.c.id)
    .where(procedure.c.facility == bindparam("of_facility"))
    .order_by(procedure.c.key)
    .with_for_update(),
    procedure.c.key,
)
