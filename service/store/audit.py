"""Audit: every change and every read of patient data, in chains that show tampering.

A chain is one facility's work of one kind; its links are keyed hashes over the row and the link before it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from service.store.keyring import Keyring
from service.store.prepared import Prepared
from service.store.tables import audit, audit_head
from service.store.transaction import AuditEntry, Transaction, insert_of
from service.store.walls import within

_FIRST_LINK = "0" * 64
_LINKED = tuple(column.name for column in audit.columns if column.name != "link")
_TO_JSON = json.JSONEncoder(separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first row of a chain that is not what it was."""

    chain: str
    number: int
    problem: str


class Audit:
    """Reading the trail."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def page(self, facility: str, *, limit: int, before: float | None = None) -> list[RowMapping]:
        """The newest entries of a facility ("*" = all), newest first."""
        query = select(audit).order_by(audit.c.at.desc(), audit.c.chain, audit.c.number.desc()).limit(limit)
        query = query.where(within(audit, facility))
        if before is not None:
            query = query.where(audit.c.at < before)
        return list(self._connection.execute(query).mappings())


def write_entries(transaction: Transaction) -> None:
    """Append what the transaction owes. Chains are taken in one order: writers never lock crosswise."""
    entries = sorted(transaction.entries, key=_chain)
    for chain, group in groupby(entries, key=_chain):
        _append(transaction, chain, list(group))


def _chain(entry: AuditEntry) -> str:
    return f"{entry.facility}/{entry.work}"


def _append(transaction: Transaction, chain: str, entries: list[AuditEntry]) -> None:
    number, link = _head(transaction.connection, chain)
    rows: list[dict[str, Any]] = []
    for entry in entries:
        number += 1
        row = _row(chain, number, transaction.now, entry)
        link = row["link"] = transaction.keyring.chain(_link_text(row, link))
        rows.append(row)
    _INSERT.run(transaction.connection, rows)
    _MOVE.run(transaction.connection, {"of_chain": chain, "number": number, "link": link})


_OF_CHAIN = audit_head.c.chain == bindparam("of_chain")
_INSERT = Prepared(insert(audit).inline(), audit.c.keys())
_HEAD = Prepared(select(audit_head.c.number, audit_head.c.link).where(_OF_CHAIN).with_for_update())
_MOVE = Prepared(update(audit_head).where(_OF_CHAIN), ["number", "link"])


def _head(connection: Connection, chain: str) -> tuple[int, str]:
    row = _HEAD.run(connection, {"of_chain": chain}).fetchone()
    if row is None:
        first = insert_of(connection)(audit_head).values(chain=chain, number=0, link=_FIRST_LINK)
        connection.execute(first.on_conflict_do_nothing())
        row = _HEAD.run(connection, {"of_chain": chain}).fetchone()
    return row[0], row[1]


def _row(chain: str, number: int, now: float, entry: AuditEntry) -> dict[str, Any]:
    return {
        "chain": chain,
        "number": number,
        "at": now,
        "facility": entry.facility,
        "actor": entry.actor,
        "action": entry.action,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "count": entry.count,
        "detail": entry.detail,
    }


def _link_text(row: Mapping[str, Any] | RowMapping, previous: str) -> bytes:
    told = {name: row[name] for name in _LINKED}
    return _TO_JSON.encode([told, previous]).encode()


def is_of(connection: Connection, keyring: Keyring) -> bool:
    """Whether the first link of some chain was made with this keyring; true when there is no chain yet."""
    row = connection.execute(select(audit).where(audit.c.number == 1).limit(1)).mappings().one_or_none()
    return row is None or row["link"] == keyring.chain(_link_text(row, _FIRST_LINK))


def verify(connection: Connection, keyring: Keyring) -> Iterator[BrokenLink]:
    """Walk every chain; give the first broken link of each, and heads that do not fit their chain."""
    heads = {row.chain: row for row in connection.execute(select(audit_head))}
    chains = set(heads) | set(connection.scalars(select(audit.c.chain).distinct()))
    for chain in sorted(chains):
        head = heads.get(chain)
        broken = _verify_chain(connection, keyring, chain, (head.number, head.link) if head else (0, ""))
        if broken:
            yield broken


def _verify_chain(
    connection: Connection, keyring: Keyring, chain: str, head: tuple[int, str]
) -> BrokenLink | None:
    number, link = 0, _FIRST_LINK
    rows = connection.execute(select(audit).where(audit.c.chain == chain).order_by(audit.c.number))
    for row in rows.mappings():
        if row["number"] != number + 1:
            return BrokenLink(chain, number + 1, "a row is missing")
        if row["link"] != keyring.chain(_link_text(row, link)):
            return BrokenLink(chain, row["number"], "the row was changed")
        number, link = row["number"], row["link"]
    return (
        None if (number, link) == head else BrokenLink(chain, number + 1, "the end of the chain is missing")
    )
