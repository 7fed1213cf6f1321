"""Fetch: ask EHRs' FHIR servers for what changed, and for what they told of.

What a server gives is stored resource by resource, as if it had been sent: what comes once more, because a
search overlaps the last one or a worker died, is known by its bytes. Only then does a search move on.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import orjson
import structlog

from service import fhir
from service.domain.ehr import Ehr, Search
from service.domain.errors import FetchError, FetchRefused, FetchUnavailable, LeaseLost
from service.fhir import EhrServer, Resource
from service.pipeline.notify import arrival_of, ask_for
from service.pipeline.receive import Door
from service.pipeline.waiting import backoff
from service.store import Database
from service.store.ehrs import FetchJob, SearchJob

_log = structlog.get_logger()
_FIRST_WAIT, _LONGEST_WAIT = 2.0, 900.0
_NEVER = 3600.0  # searches that only a notification asks for are repeated all the same, now and then
#: How often a server may fail to give one thing before an operator looks.
_PATIENCE = 12


@dataclass(frozen=True)
class Fetcher:
    """What fetching works with."""

    database: Database
    door: Door
    servers: Mapping[str, EhrServer]
    lease: float

    def fetch(self) -> int:
        """Do the oldest due job; gives how many there were (0 or 1)."""
        names = sorted(self.servers)
        with self.database.transaction() as store:
            job = store.ehrs.claim(names, self.lease)
        if job is not None:
            self._fetch_one(job)
            return 1
        with self.database.transaction() as store:
            search = store.ehrs.claim_search(names, self.lease)
        if search is not None:
            self._search(search)
        return int(search is not None)

    def _fetch_one(self, job: FetchJob) -> None:
        server = self.servers[job.ehr]
        try:
            note = self._events(server, job) if job.kind == "events" else self._read(server, job)
        except FetchError as error:
            is_over = isinstance(error, FetchRefused) or job.attempts >= _PATIENCE
            _log.warning("not fetched", ehr=job.ehr, kind=job.kind, reason=str(error), given_up=is_over)
            with self.database.transaction() as store:
                store.ehrs.fetch_failed(job, str(error), None if is_over else _wait(error, job.attempts))
        else:
            with self.database.transaction() as store:
                store.ehrs.fetched(job, note)

    def _read(self, server: EhrServer, job: FetchJob) -> str:
        resource = server.read(job.target)
        if resource is None:
            return "not there any more"
        self._store(server.ehr, [resource])
        return ""

    def _events(self, server: EhrServer, job: FetchJob) -> str:
        """Notifications that we missed; where the server cannot repeat them, search."""
        first, _, last = job.target.partition("-")
        with self.database.look() as store:
            state = store.ehrs.subscription(job.ehr)
        bundle = server.events(state.subscription, int(first), int(last)) if state else None
        told = fhir.read_notification(bundle) if bundle else None
        if bundle is None or told is None:
            with self.database.transaction() as store:
                store.ehrs.search_now(job.ehr)
            return "the server repeats no events: searched instead"
        self._store(server.ehr, resources_of(bundle))
        with self.database.transaction() as store:
            ask_for(store, server.ehr, told)
            if not set(range(int(first), int(last) + 1)) <= {event.number for event in told.told}:
                store.ehrs.search_now(job.ehr)
        return ""

    def _search(self, job: SearchJob) -> None:
        server = self.servers[job.ehr]
        search = next((each for each in server.ehr.searches if each.resource_type == job.resource_type), None)
        again_in = server.ehr.every or _NEVER
        try:
            if search:
                job = self._search_pages(server, search, job)
        except LeaseLost:
            _log.warning("search taken over", ehr=job.ehr, resource_type=job.resource_type)
        except FetchError as error:
            _log.warning("search failed", ehr=job.ehr, resource_type=job.resource_type, reason=str(error))
            with self.database.transaction() as store:
                store.ehrs.search_failed(job, str(error), max(again_in, _wait(error, job.attempts)))
        else:
            with self.database.transaction() as store:
                store.ehrs.searched(job, job.since, again_in)

    def _search_pages(self, server: EhrServer, search: Search, job: SearchJob) -> SearchJob:
        """Store every page; gives the job, `since` as far as the server's answers are stored."""
        begin = _instant(job.since) or datetime.now(UTC)
        asked = (begin - timedelta(seconds=server.ehr.overlap)).isoformat(timespec="milliseconds")
        given = [*search.parameters, ("_lastUpdated", f"ge{asked}"), ("_sort", "_lastUpdated")]
        newest = begin
        for bundle in server.search(search.resource_type, given):
            resources = list(resources_of(bundle))
            self._store(server.ehr, resources)
            found = (_updated(each) for each in resources if each["resourceType"] == search.resource_type)
            newest = max([newest, *filter(None, found)])
            with self.database.transaction() as store:
                job = store.ehrs.renew(job, self.lease)
        # A server whose clock is ahead once must not make us pass over what comes after.
        return replace(job, since=min(newest, max(begin, datetime.now(UTC))).isoformat())

    def _store(self, ehr: Ehr, resources: Iterable[Resource]) -> None:
        # Their keys sorted: the bytes are the same whenever a resource is fetched, so it is known again.
        bodies = [
            orjson.dumps(each, option=orjson.OPT_SORT_KEYS)
            for each in resources
            if each["resourceType"] in fhir.TAKEN_TYPES
        ]
        arrivals = [arrival_of(self.door, ehr, body)[0] for body in bodies]
        if arrivals:
            self.door.store(arrivals)


def resources_of(bundle: Resource) -> Iterator[Resource]:
    """What a Bundle brings, without what it says of itself."""
    for entry in fhir.listed(bundle.get("entry")):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and isinstance(resource.get("resourceType"), str):
            yield resource


def _wait(error: FetchError, attempts: int) -> float:
    """What the server asks for; else doubling, with jitter."""
    if isinstance(error, FetchUnavailable) and error.delay:
        return error.delay
    return backoff(attempts, first=_FIRST_WAIT, longest=_LONGEST_WAIT)


def _updated(resource: Resource) -> datetime | None:
    meta = resource.get("meta")
    return _instant(fhir.as_text(meta.get("lastUpdated"))) if isinstance(meta, dict) else None


def _instant(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
