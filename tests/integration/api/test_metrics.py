"""Metrics: what a monitor sees, and what it does not."""

import base64
import socket
import time

from celery import Celery
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from starlette.testclient import TestClient

from service.domain.charge import PostingState
from service.jobs import configuration
from service.wiring.given_settings import read_settings
from service.wiring.opening import open_service
from tests.certificates import Authority
from tests.conftest import KEYRING_KEY
from tests.integration.api.conftest import Api


def metrics(api):
    answer = api.ask("GET", "/metrics", role="monitor", facility="*")
    assert answer.status_code == 200, answer.text
    assert "TESTPERSON" not in answer.text.upper()
    samples = [each for family in text_string_to_metric_families(answer.text) for each in family.samples]
    return {
        (each.name.removeprefix("charge_capture_"), *each.labels.values()): each.value for each in samples
    }


def test_feeds_and_queues_are_measured(api, sample):
    api.send_hl7(sample("02"))
    api.send_hl7(sample("02"))
    before = metrics(api)
    assert before["feed_messages_total", "generic-mdm", "received"] == 2
    assert before["feed_messages_total", "generic-mdm", "duplicates"] == 1
    assert before["feed_messages_in_state", "generic-mdm", "waiting"] == 1
    assert before["queue_items", "chart"] == 1
    assert before["queue_oldest_seconds", "chart"] > 0
    assert before["feed_last_message_timestamp_seconds", "generic-mdm"] > 1_700_000_000
    api.drain()
    after = metrics(api)
    assert (after["queue_items", "chart"], after["queue_oldest_seconds", "chart"]) == (0, 0)
    assert after["feed_messages_in_state", "generic-mdm", "charted"] == 1
    assert after["open_candidates", "proposed"] == 1


def test_a_destination_that_is_away_is_down(api, sample):
    api.send_hl7(sample("02"))
    api.drain()
    (line,) = api.lines()
    assert api.decide(line, "approve").status_code == 200
    waiting = metrics(api)
    assert waiting["postings", "billing", PostingState.PENDING] == 1
    assert (waiting["destination_up", "billing"], waiting["queue_items", "post"]) == (1, 1)
    with api.service.database.transaction() as store:
        store.transaction.connection.execute(text("UPDATE posting SET next_attempt_at = 0"))
        claimed = store.postings.claim(["billing"], 60)
        store.postings.record(claimed, PostingState.PENDING, "billing could not be reached")
    assert metrics(api)["destination_up", "billing"] == 0


def test_when_our_certificates_end_is_measured_as_far_as_they_can_be_read(deployment, mappings, tmp_path):
    files = Authority(tmp_path).issue("listener", days=20)
    (tmp_path / "none.pem").write_text("no certificate")
    given = {
        "mllp_certificate": files.certificate,
        "mllp_key": files.key,
        "billing_tls": True,
        "billing_certificate": tmp_path / "none.pem",
    }
    service = open_service(read_settings(**deployment, **given), mappings)
    told = metrics(Api(service))
    service.close()
    days = (told["certificate_expiry_timestamp_seconds", "listener"] - time.time()) / 86_400
    assert 19 < days <= 20
    assert ("certificate_expiry_timestamp_seconds", "billing") not in told


def test_metrics_are_for_monitors_of_all_facilities(api):
    assert api.ask("GET", "/metrics", role="monitor").status_code == 403
    assert api.ask("GET", "/metrics", role="coder", facility="*").status_code == 403
    assert api.client.get("/metrics").status_code == 401
    assert api.ask("GET", "/v1/feeds", role="monitor", facility="*").status_code == 403


def test_readiness_tells_of_a_broker_that_is_away_and_goes_on(postgres_url, mappings, monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        broker = f"redis://127.0.0.1:{nobody.getsockname()[1]}/0"
        monkeypatch.setenv("CHARGE_CAPTURE_BROKER_URL", broker)
        monkeypatch.setenv("CHARGE_CAPTURE_KEY", base64.b64encode(KEYRING_KEY).decode())
        service = open_service(read_settings(database_url=postgres_url), mappings)
        monkeypatch.setattr("service.jobs.workers_app", lambda: app_at(broker))
        answer = TestClient(service.application()).get("/readyz")
        service.close()
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.json()["broker"].startswith("away")


def app_at(broker):
    app = Celery("test")
    app.conf.update(configuration(broker))
    return app
