"""The service, wired: what it works with, and how it works its queues."""

import threading
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI

from service import jobs, web
from service.api.app import create_app
from service.api.parts import Address, Parts
from service.domain.addresses import is_loopback
from service.domain.errors import SetupError
from service.domain.layout import ChargeMaster
from service.domain.local_days import local_days
from service.domain.stakes import Stakes
from service.jobs import ACKNOWLEDGE, CHART, FETCH, POST, QUEUES
from service.mapping import Mappings
from service.mapping.load import digest_of
from service.mllp import Connection, Limits, Listener, TlsFiles, client_tls, server_tls
from service.oidc import Provider
from service.pipeline.application_acks import send_application_acks
from service.pipeline.auto_approve import AutoApprover
from service.pipeline.chart import Reader, chart
from service.pipeline.fetch import Fetcher
from service.pipeline.post import post_side_by_side
from service.pipeline.receive import Door
from service.pipeline.sampling import sample
from service.pipeline.sign_in import Desk
from service.posting.destination import Destination
from service.settings import ENVIRONMENT, Settings, host_and_port
from service.store import Database, Store
from service.store.migrate import is_current
from service.wiring.destinations import BILLING
from service.wiring.published import Published
from service.wiring.waker import Waker

VERSION = version("charge-capture")
_BATCH = 200
_DRAIN_SECONDS = 2.0
_ANSWER_SECONDS = 10.0  # of a sender that is told what became of its message
#: A due row that nobody took for this many sweep intervals is worked by the sweeper itself.
_PATIENCE = 1


@dataclass(frozen=True)
class Service:
    """Everything, wired."""

    settings: Settings
    database: Database
    mappings: Mappings
    reader: Reader
    door: Door
    destinations: dict[str, Destination]
    prices: ChargeMaster | None
    fetcher: Fetcher
    auto_approver: AutoApprover | None
    desk: Desk  # where people sign in
    provider: Provider | None  # of identities
    waker: Waker = field(repr=False)
    published: Published = field(repr=False)
    stopping: threading.Event = field(default_factory=threading.Event, repr=False)  # told to stop

    def drain(self, queue: str) -> bool:
        """Work a queue until nothing in it is due; who commits from now on rings again.

        Not for ever, as a process that is told to stop waits for this: gives whether work is left, rung for.
        """
        with self.database.transaction() as store:
            store.bells.answer(queue)
            if queue == CHART:
                self.published.heed(store.publications.current())
        until = time.monotonic() + _DRAIN_SECONDS
        while self._work(queue):
            if time.monotonic() > until:
                self.waker.wake(queue)
                return True
        return False

    def sweep(self) -> bool:
        """Ring for rows that wait; work those that nobody came for. Gives whether such work is left."""
        left = False
        for destination in self.destinations.values():
            destination.tend()
        self._forget_answers()
        if self.settings.sample_every:
            sample(self.database, self.mappings.feeds, every=self.settings.sample_every)
        for queue in QUEUES:
            with self.database.look() as store:
                due = self._oldest_due(store, queue)
                forgotten = due is not None and due < store.now - _PATIENCE * self.settings.sweep_seconds
            if due is not None:
                self.waker.wake(queue)
            if forgotten:
                left |= self.drain(queue)
        if self.auto_approver and self.auto_approver.run():
            self.approved()
        return left

    def _forget_answers(self) -> None:
        with self.database.look() as store:
            are_old = store.given_answers.are_old()
        if are_old:
            with self.database.transaction() as store:
                store.given_answers.forget()

    def approved(self) -> None:
        """Ring for the postings of an approval that was just committed."""
        self.waker.wake(POST)

    def answered(self) -> None:
        """Ring for the procedures that an answer has charted again."""
        self.waker.wake(CHART)

    def broker_answers(self) -> bool:
        """Whether workers can be woken; without a broker they are in this process."""
        return self.settings.embedded or jobs.broker_answers(jobs.workers_app())

    def application(self) -> FastAPI:
        """The API and the page."""
        parts = Parts(
            database=self.database,
            door=self.door,
            feeds=self.mappings.feeds,
            days=local_days(self.mappings.feeds, self.settings.timezone),
            destination=BILLING,
            approved=self.approved,
            answered=self.answered,
            vocabulary=self.mappings.vocabulary,
            reader=self.reader,
            digest_on_disk=lambda: digest_of(self.settings.mappings),
            is_current=lambda: is_current(self.database),
            broker_answers=self.broker_answers,
            is_stopping=self.stopping.is_set,
            body_limit=self.settings.frame_limit,
            ehrs={name: server.ehr for name, server in self.fetcher.servers.items()},
            policies=self.mappings.policies,
            certificates=_certificates(self.settings),
            stakes=Stakes(self.mappings.filing_limits, self.prices),
            hold=self.settings.undo_seconds,
            second_review=self.settings.second_review,
            desk=self.desk,
            provider=self.provider,
            address=Address(self.settings.public_url.rstrip("/"), self.settings.http_plain),
        )
        app = create_app(parts, VERSION)
        web.mount(app)
        return app

    def listener(self) -> Listener:
        """The MLLP listener. Raises SetupError where it would be open to other machines without TLS."""
        settings = self.settings
        _refuse_open_line(settings)
        limits = Limits(
            frame_bytes=settings.frame_limit,
            frame_seconds=settings.frame_seconds,
            connections=settings.mllp_connections,
            idle_seconds=settings.mllp_idle_seconds,
        )
        files = TlsFiles(settings.mllp_certificate, settings.mllp_key, settings.mllp_client_ca)
        tls = server_tls(files) if files.certificate else None
        return Listener(self.door.receive_frames, self.door.refuse_frame, limits, tls=tls)

    def close(self) -> None:
        """Let go of the broker and the database."""
        self.waker.close()
        for server in self.fetcher.servers.values():
            server.close()
        if self.provider:
            self.provider.close()
        self.database.close()

    def _connect(self, address: str) -> Connection:
        """A line to a sender; where senders come with TLS, so do we, with the listener's certificate."""
        settings = self.settings
        host, port = host_and_port(address)
        files = TlsFiles(settings.mllp_certificate, settings.mllp_key, settings.mllp_client_ca)
        tls = client_tls(files) if files.certificate else None
        return Connection(host, port, answer_timeout=_ANSWER_SECONDS, tls=tls)

    def _work(self, queue: str) -> int:
        lease = self.settings.lease
        if queue == CHART:
            return chart(self.database, self.reader, batch=_BATCH, lease=lease)
        if queue == FETCH:
            return self.fetcher.fetch()
        if queue == ACKNOWLEDGE:
            return send_application_acks(self.database, self._connect, lease=lease)
        lease += self.settings.answer_timeout
        return post_side_by_side(self.database, self.destinations, lease=lease, seconds=_DRAIN_SECONDS)

    def _oldest_due(self, store: Store, queue: str) -> float | None:
        if queue == CHART:
            return store.events.oldest_due()
        if queue == FETCH:
            return store.ehrs.oldest_due(sorted(self.fetcher.servers))
        if queue == ACKNOWLEDGE:
            return store.application_acks.oldest_due()
        return store.postings.oldest_due(sorted(self.destinations))


def _refuse_open_line(settings: Settings) -> None:
    host, _port = host_and_port(settings.mllp)
    if not (settings.mllp_certificate or settings.mllp_plain or is_loopback(host)):
        message = (
            f"other machines reach {settings.mllp}, and MLLP without TLS is open to all of them: "
            f"set {ENVIRONMENT}MLLP_CERTIFICATE, or {ENVIRONMENT}MLLP_PLAIN=true on a private network"
        )
        raise SetupError(message)


def _certificates(settings: Settings) -> dict[str, Path]:
    """Our own certificates, by what they are for."""
    files = {"listener": settings.mllp_certificate, "billing": settings.billing_certificate}
    return {use: path for use, path in files.items() if path}
