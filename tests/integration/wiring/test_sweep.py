"""The sweep: what a lost broker forgot is found, and worked."""

from service import jobs
from service.domain.worklist import Filter
from service.mllp import Origin
from service.wiring.given_settings import read_settings
from service.wiring.opening import open_service
from tests.programs import REPOSITORY
from tests.service_process import wait_until


def states(service):
    with service.database.look() as store:
        return store.worklist.counts("*", Filter(), "status")


def open_with_a_dead_broker(tmp_path, monkeypatch, **given):
    monkeypatch.setattr(jobs, "wake", lambda _app, _queue: False)
    return open_service(read_settings(data=tmp_path, **given))


def receive(service):
    body = next((REPOSITORY / "docs" / "samples" / "hl7v2").glob("02*")).read_bytes()
    (ack,) = service.door.receive_frames([(body, Origin("h:1"))])
    assert b"MSA|AA" in ack


def test_what_nobody_comes_for_the_sweeper_works_itself(tmp_path, monkeypatch):
    service = open_with_a_dead_broker(tmp_path, monkeypatch, sweep_seconds=0.05)
    receive(service)

    def worked():
        service.sweep()
        return states(service).get("proposed") == 1

    wait_until(worked, "the candidate")
    service.close()
