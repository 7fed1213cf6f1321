"""The waker: what is committed while a worker looks away is rung for all the same."""

import threading

import pytest

from service import jobs
from service.jobs import CHART
from service.wiring.given_settings import read_settings
from service.wiring.opening import open_service
from tests.service_process import wait_until


@pytest.fixture
def service(tmp_path):
    opened = open_service(read_settings(data=tmp_path, sweep_seconds=60))
    yield opened
    opened.close()


@pytest.fixture
def sent(monkeypatch):
    """The wake-ups that reach the broker, and a gate that they wait at."""
    sent, gate = [], threading.Event()

    def send(_app, queue):
        sent.append(queue)
        gate.wait(10)

    monkeypatch.setattr(jobs, "wake", send)
    return sent, gate


def test_many_who_ask_while_a_worker_is_on_its_way_send_one_wake_up(service, sent):
    wake_ups, gate = sent
    gate.set()
    for _ in range(50):
        service.waker.wake(CHART)
    service.waker.close()
    assert wake_ups == [CHART]


def test_who_asks_after_the_worker_came_is_heard_although_the_last_wake_up_is_still_being_sent(service, sent):
    wake_ups, gate = sent
    service.waker.wake(CHART)
    wait_until(lambda: wake_ups, "the first wake-up")
    with service.database.transaction() as store:
        store.bells.answer(CHART)
    service.waker.wake(CHART)
    gate.set()
    wait_until(lambda: wake_ups == [CHART, CHART], "the second wake-up")
