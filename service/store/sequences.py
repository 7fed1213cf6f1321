"""Sequences: how far the numbered messages (MSH-13) of each link have come."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select, tuple_, update

from service.domain.sequence import Progress
from service.store.feed_tables import link_sequence
from service.store.transaction import Transaction, insert_new

#: (facility for which the sender speaks, MSH-3|MSH-4|MSH-5|MSH-6)
Link = tuple[str, str]


class Sequences:
    """Links, by facility and name."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def lock(self, links: Iterable[Link]) -> dict[Link, Progress]:
        """Lock links, making those that are new; in one order, so that two never wait crosswise."""
        wanted = sorted(set(links))
        rows = [{"facility": facility, "link": link, "last": 0, "missing": []} for facility, link in wanted]
        self._connection.execute(insert_new(link_sequence), rows)
        query = select(link_sequence).where(_LINK.in_(wanted)).order_by(*_KEY).with_for_update()
        locked = self._connection.execute(query)
        return {(row.facility, row.link): _progress(row.last, row.missing) for row in locked}

    def advance(self, progress: Mapping[Link, Progress]) -> None:
        """Say how far links have come that are locked."""
        for (facility, link), each in progress.items():
            of_link = update(link_sequence).where(_LINK.in_([(facility, link)]))
            self._connection.execute(of_link.values(last=each.last, missing=each.missing))

    def all(self) -> dict[Link, Progress]:
        """Every link, by name."""
        query = select(link_sequence).order_by(*reversed(_KEY))
        rows = self._connection.execute(query)
        return {(row.facility, row.link): _progress(row.last, row.missing) for row in rows}


_KEY = (link_sequence.c.facility, link_sequence.c.link)
_LINK = tuple_(*_KEY)


def _progress(last: int, missing: list[list[int]]) -> Progress:
    return Progress(last, tuple((first, end) for first, end in missing))
