"""The sweep: what a lost broker forgot is found, and worked."""

from service import wiring
from service.jobs import CHART
from service.wiring import open_service, read_settings
from tests.service_process import REPOSITORY, wait_until


def states(service):
    with service.database.look() as store:
        return store.candidates.counts("*")


def open_with_a_dead_broker(tmp_path, monkeypatch, **given):
    rung = []
    monkeypatch.setattr(wiring.jobs, "wake", lambda _app, queue: rung.append(queue))
    return open_service(read_settings(data=tmp_path, **given)), rung


def receive(service):
    body = next((REPOSITORY / "docs" / "samples" / "hl7v2").glob("02*")).read_bytes()
    (ack,) = service.door.receive_frames([(body, "peer")])
    assert b"MSA|AA" in ack


def test_a_wake_up_that_nobody_answers_is_sent_again(tmp_path, monkeypatch):
    service, rung = open_with_a_dead_broker(tmp_path, monkeypatch, sweep_seconds=0.05)
    receive(service)
    wait_until(lambda: rung == [CHART], "the first wake-up")

    def rung_again():
        service.sweep()
        return len(rung) > 1

    wait_until(rung_again, "a second wake-up")
    service.close()


def test_what_nobody_comes_for_the_sweeper_works_itself(tmp_path, monkeypatch):
    service, _rung = open_with_a_dead_broker(tmp_path, monkeypatch, sweep_seconds=0.05)
    receive(service)

    def worked():
        service.sweep()
        return states(service).get("proposed") == 1

    wait_until(worked, "the candidate")
    service.close()
