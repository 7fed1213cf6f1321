"""Metrics in the text format of Prometheus: read from the database, so that every process tells the same."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from service.api.access import Meter
from service.api.examples import answered
from service.api.parts import PartsOf
from service.domain.charge import PostingState
from service.domain.errors import NotAllowed
from service.domain.signing_in import Way
from service.domain.worklist import Filter
from service.jobs import CHART, POST
from service.mllp import expiry_of
from service.pipeline.feeds import Standing, standings
from service.store import Store
from service.store.gauges import Outbox
from service.store.users import ALL_FACILITIES

router = APIRouter(tags=["operations"])
_ARRIVED = ("received", "duplicates", "refused", "reused", "out_of_sequence")
_OUTCOMES = ("signed-in", "refused", "throttled")
_EXAMPLE = 'charge_capture_queue_items{queue="chart"} 0.0\n'
_STATES = ("waiting", "charted", "no_charge", "quarantined", "discarded")


@router.get("/metrics", response_class=Response, responses=answered({"text/plain": _EXAMPLE}))
def metrics(parts: PartsOf, user: Meter) -> Response:
    """Feeds, queues, postings and destinations, for Prometheus."""
    if user.facility != ALL_FACILITIES:
        raise NotAllowed("the metrics are of all facilities, and you see one")
    with parts.database.look() as store:
        snapshot = _Snapshot(store, standings(store, parts.feeds, ALL_FACILITIES))
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Certificates(parts.certificates))
        registry.register(snapshot)
        registry.register(_SignIns(store, parts.desk.idle))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Snapshot(Collector):
    """All metrics at one moment."""

    def __init__(self, store: Store, feeds: list[Standing]) -> None:
        self._store, self._feeds = store, feeds
        self._outboxes = store.gauges.outboxes()

    def collect(self) -> Iterator[Metric]:
        yield from _of_feeds(self._feeds)
        yield from _of_queues(self._store.now, self._feeds, self._outboxes)
        yield from _of_postings(self._outboxes)
        lines = _gauge("open_candidates", "Lines of the review queue that wait for a person", "status")
        for status, count in sorted(self._store.worklist.counts(ALL_FACILITIES, Filter(), "status").items()):
            lines.add_metric([status], count)
        yield lines


class _SignIns(Collector):
    """Who signs in, without names."""

    def __init__(self, store: Store, idle: float) -> None:
        self._store, self._idle = store, idle

    def collect(self) -> Iterator[Metric]:
        sums = self._store.sign_ins.sums()
        tried = CounterMetricFamily(
            "charge_capture_sign_ins", "Attempts to sign in at the page", labels=["way", "outcome"]
        )
        for way in Way:
            for outcome in _OUTCOMES:
                tried.add_metric([way, outcome], sums.get((way, outcome), 0))
        sessions = _gauge("sessions", "People who are signed in at the page")
        sessions.add_metric([], self._store.sessions.count(idle=self._idle))
        yield from (tried, sessions)


class _Certificates(Collector):
    """When our own certificates end, as far as this process may read them."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files

    def collect(self) -> Iterator[Metric]:
        ends = _gauge("certificate_expiry_timestamp_seconds", "When a certificate of ours ends", "use")
        for use, path in sorted(self._files.items()):
            # Another process may speak TLS, and this one not read its files: then there is no such number.
            with suppress(OSError, ValueError):
                ends.add_metric([use], expiry_of(path).timestamp())
        yield ends


def _of_feeds(feeds: list[Standing]) -> Iterator[Metric]:
    arrived = CounterMetricFamily(
        "charge_capture_feed_messages", "Messages that came, by feed", labels=["feed", "result"]
    )
    state = _gauge("feed_messages_in_state", "Messages by feed and what became of them", "feed", "state")
    last = _gauge("feed_last_message_timestamp_seconds", "When a feed's last message came", "feed")
    lag = _gauge("feed_lag_seconds", "For how long a feed's oldest message has waited for a reader", "feed")
    silent = _gauge("feed_silent", "1 = a feed sent nothing for longer than expect_every", "feed")
    for each in feeds:
        for name in _ARRIVED:
            arrived.add_metric([each.name, name], getattr(each.ever, name))
        for name in _STATES:
            state.add_metric([each.name, name], getattr(each.ever, name))
        if each.ever.last_at:
            last.add_metric([each.name], each.ever.last_at)
        lag.add_metric([each.name], each.lag)
        silent.add_metric([each.name], each.is_silent)
    yield from (arrived, state, last, lag, silent)


def _of_queues(now: float, feeds: list[Standing], outboxes: dict[str, Outbox]) -> Iterator[Metric]:
    depth = _gauge("queue_items", "Rows that wait for a worker", "queue")
    age = _gauge("queue_oldest_seconds", "For how long the oldest of them has waited", "queue")
    depth.add_metric([CHART], sum(each.ever.waiting for each in feeds))
    age.add_metric([CHART], max((each.lag for each in feeds), default=0))
    on_the_way = (PostingState.PENDING, PostingState.SENDING)
    depth.add_metric(
        [POST], sum(box.by_state.get(each, 0) for box in outboxes.values() for each in on_the_way)
    )
    oldest = [box.oldest for box in outboxes.values() if box.oldest is not None]
    age.add_metric([POST], max(0.0, now - min(oldest, default=now)))
    yield from (depth, age)


def _of_postings(outboxes: dict[str, Outbox]) -> Iterator[Metric]:
    state = _gauge("postings", "Charges by destination and how they stand there", "destination", "state")
    up = _gauge("destination_up", "0 = charges wait that were tried in vain", "destination")
    for name, box in sorted(outboxes.items()):
        for each in PostingState:
            state.add_metric([name, each.value], box.by_state.get(each.value, 0))
        up.add_metric([name], not box.tried_in_vain)
    yield from (state, up)


def _gauge(name: str, what: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"charge_capture_{name}", what, labels=labels)
