"""Resource links: which messages bring, and which speak of, one FHIR resource."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, and_, select, update

from service.store.event_states import move
from service.store.resource_tables import resource_link
from service.store.tables import event
from service.store.transaction import Transaction, insert_new

_AT_ONCE = 500
_READ = ("charted", "no_charge")


@dataclass(frozen=True, slots=True)
class ResourceLink:
    """One resource of a message, and one address: as what, it has to do with it."""

    event_id: str
    number: int
    role: str
    key: str
    facility: str
    name: str
    version: str
    digest: str
    is_charted: bool

    @property
    def node(self) -> tuple[str, int]:
        """The resource."""
        return self.event_id, self.number


_NAMES = [field.name for field in fields(ResourceLink)]


class ResourceLinks:
    """Links that were noted, in both directions."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._now = transaction.now

    def add(self, links: Sequence[ResourceLink]) -> None:
        """Note links; those that are there already stay as they are."""
        if links:
            rows = [{name: getattr(link, name) for name in _NAMES} | {"is_told": False} for link in links]
            self._connection.execute(insert_new(resource_link), rows)

    def of_events(self, event_ids: Collection[str]) -> list[ResourceLink]:
        """All links of these messages."""
        return self._find(resource_link.c.event_id.in_(some) for some in _some(event_ids))

    def at(self, keys: Collection[str], *roles: str) -> list[ResourceLink]:
        """The links of these roles at these addresses, the oldest message first."""
        column, of_role = resource_link.c.key, resource_link.c.role.in_(roles)
        return self._find(and_(column.in_(some), of_role) for some in _some(keys))

    def untold(self, event_ids: Collection[str]) -> list[ResourceLink]:
        """The links of these messages that nobody was told of."""
        new = ~resource_link.c.is_told
        return self._find(and_(resource_link.c.event_id.in_(some), new) for some in _some(event_ids))

    def told(self, event_ids: Collection[str]) -> None:
        """Say that all whom these messages concern will be read again."""
        for some in _some(event_ids):
            these = resource_link.c.event_id.in_(some)
            self._connection.execute(update(resource_link).where(these).values(is_told=True))

    def hold(self, event_ids: Collection[str]) -> None:
        """Let nobody reopen these messages before this transaction ends."""
        for some in _some(event_ids):
            held = select(event.c.id).where(event.c.id.in_(some)).order_by(event.c.sequence).with_for_update()
            self._connection.execute(held).all()

    def reopen(self, event_ids: Collection[str]) -> None:
        """Have messages read again that were read already."""
        # Held first: one that is being read now would not be seen to end.
        self.hold(event_ids)
        again = {"attempts": 0, "lease_until": 0.0, "next_attempt_at": self._now}
        for some in _some(event_ids):
            read = and_(event.c.id.in_(some), event.c.state.in_(_READ))
            move(self._transaction, read, "received", **again)

    def _find(self, conditions: Iterable[ColumnElement[bool]]) -> list[ResourceLink]:
        """The links that meet one of the conditions, those of messages in quarantine left out.

        Their messages are asked for once each, not by a join: SQLite reads through a body to get to what
        stands behind it in the row, and a long Bundle has thousands of links.
        """
        columns = [resource_link.c[name] for name in _NAMES]
        queries = (select(*columns).where(condition) for condition in conditions)
        links = [ResourceLink(*row) for query in queries for row in self._connection.execute(query)]
        arrived = self._arrived({link.event_id for link in links})
        found = (link for link in links if link.event_id in arrived)
        return sorted(found, key=lambda link: (arrived[link.event_id], link.number))

    def _arrived(self, event_ids: Collection[str]) -> dict[str, int]:
        """The sequence of each of these messages that is not in quarantine."""
        readable = select(event.c.id, event.c.sequence).where(event.c.state != "quarantined")
        queries = (readable.where(event.c.id.in_(some)) for some in _some(event_ids))
        return {row.id: row.sequence for query in queries for row in self._connection.execute(query)}


def _some(values: Collection[str]) -> Iterator[list[str]]:
    """As many at once as any database takes in one statement."""
    ordered = sorted(values)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
