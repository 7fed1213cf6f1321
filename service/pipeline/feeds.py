"""Feeds in operation: what each brought, what became of it, and whether it needs a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.domain.errors import NotFound
from service.domain.feed import Feed
from service.domain.sequence import Progress, sender_of
from service.pipeline.fitting import feed_finder
from service.store import Store
from service.store.samples import Checked
from service.store.tallies import Tally
from service.store.users import ALL_FACILITIES

#: The name under which messages are shown that no feed takes.
NO_FEED = "-"
_DAY = 24  # hours


@dataclass(frozen=True, slots=True)
class Standing:
    """How one feed stands at a moment, for a facility or for all."""

    name: str
    title: str
    expect_every: float  # seconds; 0 = it may be silent
    ever: Tally
    last_day: Tally  # what changed in it
    now: float
    checked: Checked  # by samples, against the rules of HL7
    oldest_waiting: float | None  # when the message came that has waited longest for a reader
    feed: Feed | None = field(default=None, repr=False)

    @property
    def is_silent(self) -> bool:
        """Whether it should have sent something since its last message."""
        return 0 < self.expect_every < self.now - self.ever.last_at

    @property
    def lag(self) -> float:
        """Seconds for which the oldest message has waited."""
        return max(0.0, self.now - self.oldest_waiting) if self.oldest_waiting is not None else 0.0


def standings(store: Store, feeds: Sequence[Feed], facility: str) -> list[Standing]:
    """Every feed that has to do with a facility ("*" = all), by name; last what no feed takes, if any."""
    ever, last_day = store.tallies.of_all_time(facility), store.tallies.of_last(_DAY, facility)
    oldest = store.tallies.oldest_waiting(facility) if any(tally.waiting for tally in ever.values()) else {}
    known = {feed.name: feed for feed in feeds if _concerns(feed, facility) or feed.name in ever}
    # A feed whose file is gone may have left messages behind.
    checked = store.samples.checked()
    names = [*sorted(known.keys() | ever.keys() - {""}), *([""] if "" in ever else [])]
    return [
        Standing(
            name=name or NO_FEED,
            title=known[name].title if name in known else _UNKNOWN[bool(name)],
            expect_every=known[name].expect_every if name in known else 0.0,
            ever=ever.get(name, Tally()),
            last_day=last_day.get(name, Tally()),
            now=store.now,
            checked=checked.get(name, Checked()),
            oldest_waiting=oldest.get(name, _bound(oldest, ever.get(name))),
            feed=known.get(name),
        )
        for name in names
    ]


def links_of(
    store: Store, feeds: Sequence[Feed], feed: Feed | None, facility: str
) -> list[tuple[str, Progress]]:
    """The links on which senders of a feed number their messages (MSH-13), and how far they have come."""
    if feed is None:
        return []
    feed_of = feed_finder(tuple(feeds))
    return [
        (link, progress)
        for (speaks_for, link), progress in store.sequences.all().items()
        if facility in (ALL_FACILITIES, speaks_for, feed.facility)
        and any(feed_of(feed.format, accepted, sender_of(link)) is feed for accepted in feed.accepts)
    ]


_UNKNOWN = {True: "no such file among the mappings now", False: "messages that no feed takes"}


def standing(store: Store, feeds: Sequence[Feed], facility: str, name: str) -> Standing:
    """One feed; NotFound when there is none of that name."""
    for each in standings(store, feeds, facility):
        if each.name == name:
            return each
    raise NotFound("there is no such feed")


def _bound(oldest: Mapping[str, float], tally: Tally | None) -> float | None:
    """What waits, and is not among the oldest that were looked at, came after these."""
    return max(oldest.values(), default=None) if tally and tally.waiting else None


def _concerns(feed: Feed, facility: str) -> bool:
    return facility == ALL_FACILITIES or feed.facility in ("", facility)
