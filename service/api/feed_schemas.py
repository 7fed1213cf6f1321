"""The shapes of what is told of feeds: by the API, and by the command."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pydantic import BaseModel

from service.api.schemas import moment
from service.domain.feed import Feed
from service.pipeline.feeds import NO_FEED, Standing, links_of
from service.store import Store
from service.store.tallies import Tally

_HOURS = 48
_REASONS = 20


class TallyOut(BaseModel):
    """Numbers of messages: those received are duplicates, or stand in one of the last five."""

    received: int
    refused: int  # answered with an error; they are in quarantine, too
    duplicates: int
    reused: int  # new messages under a control id that stood on other bytes before
    out_of_sequence: int  # new messages whose number (MSH-13) was not the next one
    waiting: int
    charted: int
    no_charge: int
    quarantined: int
    discarded: int


class HourOut(TallyOut):
    """What changed within one hour: what is replayed is taken off where it stood."""

    hour: datetime  # its beginning


class FeedOut(BaseModel):
    """How a feed stands."""

    name: str
    title: str
    messages: str | None  # hl7v2 or fhir
    accepts: list[str]
    match: dict[str, str]
    expect_every_seconds: float | None
    silent: bool  # nothing came for longer than that
    last_message_at: datetime | None
    lag_seconds: float  # for which the oldest message waits that nobody has read
    checked: int  # messages that were held against the rules of HL7
    faulty: int  # those of them that break some
    ever: TallyOut
    last_day: TallyOut  # what changed in it


class ReasonOut(BaseModel):
    """Why messages of a feed stand in quarantine, and how many do."""

    reason: str
    messages: int


class FindingOut(BaseModel):
    """A rule of HL7 that sampled messages of a feed break, without a word of theirs."""

    rule: str
    messages: int
    first_at: datetime
    last_at: datetime
    last_control_id: str  # MSH-10


class LinkOut(BaseModel):
    """How far the messages have come that a sender numbers (MSH-13)."""

    link: str  # MSH-3|MSH-4|MSH-5|MSH-6
    last: int  # the highest number that was taken; 0 = none since it began anew
    missing: str  # "5-6, 9": numbers below it that never came


class FeedDetail(FeedOut):
    """How a feed stands, why messages were set aside, what it gets wrong, and its last hours."""

    reasons: list[ReasonOut]  # the most frequent first
    links: list[LinkOut]  # of senders that number their messages
    findings: list[FindingOut]  # the most frequent first
    hours: list[HourOut]  # newest first; those without news are left out


def detail_of(store: Store, feeds: Sequence[Feed], found: Standing, facility: str) -> FeedDetail:
    """All that is known of a feed within a facility."""
    name = "" if found.name == NO_FEED else found.name
    hours = store.tallies.by_hour(name, facility, hours=_HOURS)
    reasons = store.quarantine.reasons(facility, name, limit=_REASONS)
    return FeedDetail(
        **feed_out(found).model_dump(),
        reasons=[ReasonOut(reason=reason, messages=messages) for reason, messages in reasons],
        findings=[
            FindingOut(
                rule=each.rule,
                messages=each.messages,
                first_at=moment(each.first_at),
                last_at=moment(each.last_at),
                last_control_id=each.last_control_id,
            )
            for each in store.samples.findings(name)
        ],
        links=[
            LinkOut(link=link, last=progress.last, missing=str(progress))
            for link, progress in links_of(store, feeds, found.feed, facility)
        ],
        hours=[HourOut(hour=moment(hour), **_counts(tally)) for hour, tally in hours],
    )


def feed_out(standing: Standing) -> FeedOut:
    """A feed as the API and the command tell of it."""
    feed = standing.feed
    return FeedOut(
        name=standing.name,
        title=standing.title,
        messages=feed.format.value if feed else None,
        accepts=list(feed.accepts) if feed else [],
        match=dict(feed.match) if feed else {},
        expect_every_seconds=standing.expect_every or None,
        silent=standing.is_silent,
        last_message_at=moment(standing.ever.last_at) if standing.ever.last_at else None,
        lag_seconds=round(standing.lag, 3),
        checked=standing.checked.checked,
        faulty=standing.checked.faulty,
        ever=TallyOut(**_counts(standing.ever)),
        last_day=TallyOut(**_counts(standing.last_day)),
    )


def _counts(tally: Tally) -> dict[str, int]:
    counts = asdict(tally)
    del counts["last_at"]
    return counts
