"""Notifications at the door: who may send them, what is stored, and what is fetched because of them."""

import hashlib
import hmac
import json

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from service.wiring.given_settings import read_settings
from service.wiring.opening import begin, open_service
from tests.integration.api.conftest import Api

EHR = """\
format: ehr/1
name: north
base_url: http://127.0.0.1:1/r4
poll: {resources: {Procedure: {}}}
"""
SIGNED = """\
format: ehr/1
name: signed
base_url: http://127.0.0.1:1/r4
signature: {header: X-Hub-Signature, secret_file: secret}
"""
PROCEDURE = {
    "resourceType": "Procedure",
    "id": "7",
    "status": "completed",
    "code": {"text": "Epidural"},
    "subject": {"reference": "Patient/1"},
}


def notification(*resources, kind="event-notification", version="R4"):
    said = {
        "resourceType": "SubscriptionStatus",
        "status": "active",
        "type": kind,
        "eventsSinceSubscriptionStart": "1",
        "subscription": {"reference": "Subscription/s1"},
        "notificationEvent": [{"eventNumber": "1", "focus": {"reference": "Procedure/7"}}]
        if kind == "event-notification"
        else [],
    }
    entries = [
        {"resource": each, "request": {"method": "PUT", "url": "Procedure/7"}} for each in (said, *resources)
    ]
    kind = "subscription-notification" if version == "R5" else "history"
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


@pytest.fixture
def api(deployment, tmp_path, mappings):
    """The API of a site with two EHRs."""
    folder = tmp_path / "ehrs"
    folder.mkdir()
    (folder / "north.yaml").write_text(EHR)
    (folder / "signed.yaml").write_text(SIGNED)
    (folder / "secret").write_text("s3cret\n")
    service = open_service(read_settings(**deployment, ehrs=folder), mappings)
    begin(service)
    yield Api(service)
    service.close()


def post(api, content, ehr="north", method="POST", role="feed", path="", **more):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return api.ask(method, f"/fhir/notify/{ehr}{path}", role=role, content=body, **more)


def stored(api):
    with api.service.database.connection() as connection:
        rows = connection.execute(text("SELECT sender, message_type, state FROM event ORDER BY sequence"))
        return [tuple(row) for row in rows]


def waiting(api):
    with api.service.database.look() as store:
        return [(job.kind, job.target) for job in store.ehrs.waiting()]


def due(api):
    with api.service.database.look() as store:
        return [job.next_attempt_at <= store.now for job in store.ehrs.searches()]


@pytest.fixture
def searched(api):
    """The first search is over: the next is due in an hour."""
    with api.service.database.transaction() as store:
        job = store.ehrs.claim_search(["north"], 60)
        store.ehrs.searched(job, job.since, 3600)


@pytest.mark.parametrize("version", ["R4", "R5"])
def test_what_a_notification_brings_is_stored(api, version):
    answer = post(api, notification(PROCEDURE, version=version))
    assert (answer.status_code, answer.json()["resourceType"]) == (200, "OperationOutcome")
    kind = "history" if version == "R4" else "subscription-notification"
    assert stored(api) == [("north", f"Bundle/{kind}", "received")]
    assert waiting(api) == []


@pytest.mark.usefixtures("searched")
def test_what_it_only_names_is_fetched_later(api):
    assert post(api, notification()).status_code == 200
    assert post(api, notification()).status_code == 200
    assert (stored(api), waiting(api)) == ([], [("read", "Procedure/7")])
    assert due(api) == [False]


def test_a_handshake_makes_the_subscription_known(api):
    assert post(api, notification(kind="handshake")).status_code == 200
    with api.service.database.look() as store:
        assert store.ehrs.subscription("north").status == "active"
    assert stored(api) == []


@pytest.mark.usefixtures("searched")
def test_a_notification_that_says_nothing_makes_us_search(api):
    assert due(api) == [False]
    assert post(api, b"").status_code == 200
    assert due(api) == [True]


@pytest.mark.parametrize(("method", "path"), [("PUT", "/Procedure/7"), ("POST", "")])
def test_a_resource_by_itself_is_stored(api, method, path):
    assert post(api, PROCEDURE, method=method, path=path).status_code == 200
    assert stored(api) == [("north", "Procedure", "received")]


def test_what_is_wrong_is_kept_and_said(api):
    assert post(api, {**PROCEDURE, "status": "nonsense"}).status_code == 422
    assert stored(api) == [("north", "Procedure", "quarantined")]
    assert post(api, b"{").status_code == 400
    assert post(api, PROCEDURE, ehr="unknown").status_code == 404


@pytest.mark.parametrize("role", ["coder", "lead", "admin"])
def test_only_a_feed_may_notify(api, role):
    assert post(api, PROCEDURE, role=role).status_code == 403


def test_an_ehr_of_another_facility_does_not_exist(api):
    assert post(api, PROCEDURE, facility="elsewhere").status_code == 404
    assert stored(api) == []


def signed(body, secret=b"s3cret"):
    return {"X-Hub-Signature": f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"}


def test_a_signature_stands_for_a_token_and_a_wrong_one_opens_nothing(api):
    body = json.dumps(PROCEDURE).encode()
    client = TestClient(api.service.application())
    assert client.post("/fhir/notify/signed", content=body, headers=signed(body, b"guess")).status_code == 401
    assert client.post("/fhir/notify/signed", content=body + b" ", headers=signed(body)).status_code == 401
    assert client.post("/fhir/notify/signed", content=body).status_code == 401
    assert post(api, PROCEDURE, ehr="signed").status_code == 403, "a token does not stand for the signature"
    assert stored(api) == []
    assert client.post("/fhir/notify/signed", content=body, headers=signed(body)).status_code == 200
    assert stored(api) == [("signed", "Procedure", "received")]
    assert client.post("/fhir/notify/north", content=body, headers=signed(body)).status_code == 401
