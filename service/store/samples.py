"""Samples: now and then a message of each feed is held against the rules of HL7; what it breaks is kept."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, or_, select, update

from service.store.feed_tables import feed_finding, feed_sample, feed_tally
from service.store.tables import event
from service.store.transaction import Transaction, insert_of

_LOOKED_AT = 1000  # of the newest messages


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule of HL7 that messages of a feed break."""

    rule: str
    messages: int
    first_at: float
    last_at: float
    last_control_id: str


@dataclass(frozen=True, slots=True)
class Checked:
    """How many messages of a feed were looked at, and how many of them break a rule."""

    checked: int = 0
    faulty: int = 0


class Samples:
    """Choosing messages, and keeping what was found."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._now = transaction.now

    def due(self, feeds: Collection[str], every: int) -> dict[str, int]:
        """The feeds that have brought so many messages since the last sample, or never gave one; and how many
        they have brought in all.
        """
        received = func.sum(feed_tally.c.received)
        query = (
            select(feed_tally.c.feed, received)
            .outerjoin(feed_sample, feed_sample.c.feed == feed_tally.c.feed)
            .where(feed_tally.c.hour == 0, feed_tally.c.feed.in_(feeds))
            .group_by(feed_tally.c.feed, feed_sample.c.received)
            .having(or_(feed_sample.c.received.is_(None), received >= feed_sample.c.received + every))
        )
        return {row[0]: int(row[1]) for row in self._connection.execute(query)}

    def newest(self, feeds: Collection[str]) -> dict[str, str]:
        """The id of the newest message of each feed that has one among the last that came."""
        last = select(event.c.sequence, event.c.taken_by).order_by(event.c.sequence.desc()).limit(_LOOKED_AT)
        recent = last.subquery()
        newest = select(func.max(recent.c.sequence)).where(recent.c.taken_by.in_(feeds))
        query = select(event.c.taken_by, event.c.id)
        query = query.where(event.c.sequence.in_(newest.group_by(recent.c.taken_by)))
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def claim(self, feed: str, received: int, every: int) -> bool:
        """Make the next sample of a feed one's own; False when another process was first."""
        first = insert_of(self._connection)(feed_sample)
        first = first.values(feed=feed, received=received, checked=0, faulty=0).on_conflict_do_nothing()
        if self._connection.execute(first.returning(feed_sample.c.feed)).first():
            return True
        due = update(feed_sample).where(
            feed_sample.c.feed == feed, feed_sample.c.received <= received - every
        )
        return bool(self._connection.execute(due.values(received=received)).rowcount)

    def record(self, feed: str, rules: Collection[str], control_id: str) -> None:
        """Keep what was found in one message."""
        counted = update(feed_sample).where(feed_sample.c.feed == feed)
        self._connection.execute(
            counted.values(
                checked=feed_sample.c.checked + 1, faulty=feed_sample.c.faulty + (1 if rules else 0)
            )
        )
        for rule in sorted(rules):
            new = {"messages": 1, "last_at": self._now, "last_control_id": control_id}
            insert = insert_of(self._connection)(feed_finding)
            insert = insert.values(feed=feed, rule=rule[:200], first_at=self._now, **new)
            again = {**new, "messages": feed_finding.c.messages + 1}
            self._connection.execute(
                insert.on_conflict_do_update(index_elements=["feed", "rule"], set_=again)
            )

    def checked(self) -> dict[str, Checked]:
        """How far each feed was looked at."""
        rows = self._connection.execute(
            select(feed_sample.c.feed, feed_sample.c.checked, feed_sample.c.faulty)
        )
        return {row[0]: Checked(row[1], row[2]) for row in rows}

    def findings(self, feed: str) -> list[Finding]:
        """What the messages of a feed break, the most frequent first."""
        columns = (feed_finding.c[name] for name in Finding.__dataclass_fields__)
        query = select(*columns).where(feed_finding.c.feed == feed)
        rows = self._connection.execute(query.order_by(feed_finding.c.messages.desc(), feed_finding.c.rule))
        return [Finding(*row) for row in rows]
