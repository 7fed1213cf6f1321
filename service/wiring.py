"""Wiring: settings in, a working service out. The only place that builds things."""

import difflib
import gc
import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI
from pydantic import ValidationError
from pydantic_settings import SettingsError

from service import jobs, web
from service.api.app import create_app
from service.api.parts import Parts
from service.domain.errors import SetupError, TryAgainLater
from service.fhir import ChargeItemClient
from service.jobs import CHART, POST, QUEUES
from service.mapping import Mappings, load, load_destination
from service.mllp import Connection, Limits, Listener
from service.pipeline.chart import Reader, chart
from service.pipeline.post import post
from service.pipeline.receive import Door, facilities
from service.posting.destination import Destination
from service.posting.dft_over_mllp import Addressing, DftOverMllp
from service.posting.fhir_charge_item import FhirChargeItem
from service.settings import ENVIRONMENT, Settings, host_and_port
from service.store import Database, Keyring, Store, open_database
from service.store.database import refuse_unsafe, refuse_wrong_key
from service.store.keyring import make_key_file, parse_keys
from service.store.migrate import is_current, migrate

VERSION = version("charge-capture")
BILLING = "billing"
_BATCH = 200
_DRAIN_SECONDS = 2.0
_GARBAGE = 20_000  # objects made between two looks of the collector
#: Between two looks at the bell, while messages stream in.
_BREATH = 0.01
_log = structlog.get_logger()
#: A due row that nobody took for this many sweep intervals is worked by the sweeper itself.
_PATIENCE = 1


class Waker:
    """Rings for queues from a thread of its own: neither bell nor broker holds up an ACK."""

    def __init__(self, database: Database, forgotten_after: float) -> None:
        self._database = database
        self._forgotten_after = forgotten_after
        self._asked: set[str] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="waker")

    def wake(self, queue: str) -> None:
        """Let a worker come, soon, for what has just been committed; one ring serves all who ask meanwhile.

        Called within the commit it could find a bell that a worker answers, and looks away from, before the
        commit is there to be seen.
        """
        if queue not in self._asked:
            self._asked.add(queue)
            self._thread.submit(self._wake, queue)

    def _wake(self, queue: str) -> None:
        self._asked.discard(queue)  # before the look: who commits after it asks again
        try:
            if self._ring(queue):
                jobs.wake(jobs.workers_app(), queue)
            else:
                time.sleep(_BREATH)
        except TryAgainLater as error:
            _log.warning("bell not rung", queue=queue, reason=str(error))  # the sweep will

    def _ring(self, queue: str) -> bool:
        # The look takes no lock, and the answer is mostly that a worker is on its way.
        with self._database.look() as store:
            if not store.bells.silent(queue, forgotten_after=self._forgotten_after):
                return False
        with self._database.transaction() as store:
            return store.bells.ring(queue, forgotten_after=self._forgotten_after)

    def close(self) -> None:
        """Send what was asked for, and stop."""
        self._thread.shutdown()


@dataclass(frozen=True)
class Service:
    """Everything, wired."""

    settings: Settings
    database: Database
    mappings: Mappings
    reader: Reader
    door: Door
    destinations: dict[str, Destination]
    waker: Waker = field(repr=False)

    def drain(self, queue: str) -> bool:
        """Work a queue until nothing in it is due; who commits from now on rings again.

        Not for ever, as a process that is told to stop waits for this: gives whether work is left, rung for.
        """
        with self.database.transaction() as store:
            store.bells.answer(queue)
        until = time.monotonic() + _DRAIN_SECONDS
        while self._work(queue):
            if time.monotonic() > until:
                self.waker.wake(queue)
                return True
        return False

    def sweep(self) -> bool:
        """Ring for rows that wait; work those that nobody came for. Gives whether such work is left."""
        left = False
        for queue in QUEUES:
            with self.database.look() as store:
                due = self._oldest_due(store, queue)
                forgotten = due is not None and due < store.now - _PATIENCE * self.settings.sweep_seconds
            if due is not None:
                self.waker.wake(queue)
            if forgotten:
                left |= self.drain(queue)
        return left

    def approved(self) -> None:
        """Ring for the postings of an approval that was just committed."""
        self.waker.wake(POST)

    def application(self) -> FastAPI:
        """The API and the page."""
        parts = Parts(
            database=self.database,
            door=self.door,
            destination=BILLING,
            approved=self.approved,
            is_current=lambda: is_current(self.database),
            body_limit=self.settings.frame_limit,
        )
        app = create_app(parts, VERSION)
        web.mount(app)
        return app

    def listener(self) -> Listener:
        """The MLLP listener."""
        limits = Limits(frame_bytes=self.settings.frame_limit, frame_seconds=self.settings.frame_seconds)
        return Listener(self.door.receive_frames, self.door.refuse_frame, limits)

    def close(self) -> None:
        """Let go of the broker and the database."""
        self.waker.close()
        self.database.close()

    def _work(self, queue: str) -> int:
        lease = self.settings.lease
        if queue == CHART:
            return chart(self.database, self.reader, batch=_BATCH, lease=lease)
        return post(self.database, self.destinations, lease=lease + self.settings.answer_timeout)

    def _oldest_due(self, store: Store, queue: str) -> float | None:
        if queue == CHART:
            return store.events.oldest_due()
        return store.postings.oldest_due(sorted(self.destinations))


def read_settings(**given: Any) -> Settings:
    """Settings from the environment, with what was given on the command line before them."""
    _refuse_unknown_settings()
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        what = first["msg"].removeprefix("Value error, ")
        raise SetupError(f"{_shown(first['loc'], given)}{what}") from None
    except SettingsError:
        raise SetupError(f"{ENVIRONMENT}SITE: this is not JSON") from None


def _shown(location: tuple[int | str, ...], given: Mapping[str, Any]) -> str:
    """A setting's name, as whoever set it knows it."""
    if not location:
        return ""
    name = str(location[0])
    return f"--{name}: " if given.get(name) is not None else f"{ENVIRONMENT}{name.upper()}: "


def _refuse_unknown_settings() -> None:
    """A setting that is misspelt would be left at its default in silence."""
    known = {f"{ENVIRONMENT}{name.upper()}" for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(ENVIRONMENT) and name not in known)
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, n=1)
        raise SetupError(f"there is no setting {unknown[0]}" + (f"; nearest: {near[0]}" if near else ""))


def database_of(settings: Settings) -> Database:
    """The database, whatever its schema."""
    return open_database(_database_url(settings), _keyring(settings))


def open_service(settings: Settings) -> Service:
    """Open database, mappings and destinations. MappingError or SetupError says what to mend."""
    mappings = load(settings.mappings, settings.site)
    database = database_of(settings)
    _bring_up(database, settings)
    waker = Waker(database, settings.sweep_seconds)
    door = Door(
        database=database,
        facility=settings.facility,
        facility_of=facilities(mappings.feeds, settings.facility),
        wake=waker.wake,
    )
    service = Service(settings, database, mappings, Reader(mappings), door, _destinations(settings), waker)
    # What is loaded now stays: the collector need not look through it for every few messages.
    gc.collect()
    gc.freeze()
    # A batch of messages is many objects, and hardly one of them is in a cycle.
    gc.set_threshold(_GARBAGE)
    return service


def warn_of_unpublished(service: Service) -> None:
    """Say so when the mappings that are loaded are others than those that were published last."""
    with service.database.look() as store:
        published = store.publications.current()
    if published and published.digest != service.mappings.digest:
        loaded, said = service.mappings.digest[:12], published.digest[:12]
        _log.warning("mappings are not the published ones", loaded=loaded, published=said)


def _bring_up(database: Database, settings: Settings) -> None:
    if not settings.database_url:
        migrate(database)
    elif not is_current(database):
        raise SetupError("the database waits for its schema: run charge-capture migrate")
    refuse_unsafe(database)
    refuse_wrong_key(database)
    with database.transaction() as store:
        store.bells.hang(*QUEUES)


def _database_url(settings: Settings) -> str:
    if settings.database_url:
        return settings.database_url
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"the data folder cannot be made: {settings.data} ({error.strerror})") from None
    return f"sqlite:///{settings.data / 'charge-capture.db'}"


def _keyring(settings: Settings) -> Keyring:
    if settings.key.get_secret_value():
        return Keyring(parse_keys(settings.key.get_secret_value()))
    path = settings.key_file or settings.data / "key"
    # Only the embedded default makes its own key: two processes of a cluster would make two.
    try:
        if settings.key_file is None and not settings.database_url:
            make_key_file(path)
        return Keyring(parse_keys(path.read_text()))
    except UnicodeDecodeError:
        raise SetupError(f"the key file is not text: {path}") from None
    except OSError as error:
        raise SetupError(f"the key file cannot be read: {path} ({error.strerror})") from None


def _destinations(settings: Settings) -> dict[str, Destination]:
    addressing = load_destination(settings.mappings / "destinations" / f"{BILLING}.yaml")
    if settings.billing:
        host, port = host_and_port(settings.billing)
        connection = Connection(host, port, answer_timeout=settings.answer_timeout)
        names = Addressing(addressing.sending, addressing.receiving, addressing.processing_id)
        return {BILLING: DftOverMllp(connection, names, deduplicates=addressing.deduplicates)}
    if settings.billing_fhir:
        return {BILLING: FhirChargeItem(_fhir_client(settings))}
    return {}


def _fhir_client(settings: Settings) -> ChargeItemClient:
    return ChargeItemClient(
        settings.billing_fhir,
        token=settings.billing_fhir_token.get_secret_value() or None,
        timeout=settings.answer_timeout,
        allowed_hosts=frozenset({urlsplit(settings.billing_fhir).hostname or ""}),
    )
