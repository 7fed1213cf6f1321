"""A request that names itself is carried out once, however often it comes."""

from concurrent.futures import ThreadPoolExecutor

import pytest


def send(api, line, step="reject", key="k-1", *, body=None, **more):
    headers = {"If-Match": f'"{line["version"]}"', "Idempotency-Key": key}
    path = f"/v1/candidates/{line['id']}/{step}"
    return api.ask("POST", path, json=body or {"reason": "no"}, headers=headers, **more)


def test_the_same_request_is_answered_again_and_not_done_again(api, line):
    first, again = send(api, line), send(api, line)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again.headers["ETag"] == first.headers["ETag"] == '"2"'
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    detail = api.ask("GET", f"/v1/candidates/{line['id']}").json()
    assert len(detail["decisions"]) == 1


@pytest.mark.parametrize("other", [{"step": "undo"}, {"body": {"reason": "another"}}], ids=["path", "body"])
def test_a_key_of_another_request_is_refused(api, line, other):
    send(api, line)
    answer = send(api, line, **other)
    assert (answer.status_code, answer.json()["type"]) == (
        422,
        "urn:charge-capture:problem:idempotency-key-reused",
    )


def test_what_failed_is_tried_again_under_its_key(api, line):
    stale = {**line, "version": 9}
    assert send(api, stale).status_code == 412
    assert send(api, line).status_code == 200


def test_a_key_is_its_users_own(api, line):
    assert send(api, line).status_code == 200
    assert send(api, line, role="lead").status_code == 412


def test_a_key_must_be_printable_and_short(api, line):
    assert send(api, line, key="k" * 129).status_code == 422


def test_of_many_at_once_one_is_carried_out_and_all_are_answered(api, line):
    api.token("coder")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(api, line), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1


def test_after_a_day_a_key_is_forgotten(api, line):
    send(api, line)
    with api.later(86_000) as store:
        assert store.given_answers.are_old() is False
    with api.later(86_401) as store:
        assert store.given_answers.are_old() is True
        assert store.given_answers.forget() == 1


#: POST operations that take no Idempotency-Key, and why. Any other that lacks it fails the test.
_READS = "it changes nothing"
WITHOUT_KEY = {
    "/hl7/v2": "MSH-10 and the bytes: what is sent twice counts once",
    "/fhir": "the resource's id and its bytes",
    "/fhir/{resource_type}": "the resource's id and its bytes",
    "/fhir/notify/{ehr}": "the number of the notification",
    "/v1/quarantine/replay": "the messages' own state leaves out what was replayed",
    "/v1/mappings/try": _READS,
    "/v1/mappings/why-not": _READS,
    "/v1/session": "each is a session of its own",
    "/v1/session/activity": "it may be said as often as one likes",
}


def test_every_post_takes_a_key_or_says_why_not(document):
    without = {
        path
        for path, methods in document["paths"].items()
        if "post" in methods
        and "idempotency-key" not in {each["name"].lower() for each in methods["post"].get("parameters", [])}
    }
    assert without == set(WITHOUT_KEY)


@pytest.mark.parametrize("step", ["replay", "discard"])
def test_a_step_in_quarantine_is_not_done_twice(api, sample, step):
    api.send_hl7(sample("02"))
    with api.service.database.transaction() as store:
        (event,) = store.events.claim(1, 60)
        store.events.quarantine(event.id, event.facility, "our reader failed on it")
    path = f"/v1/quarantine/{event.id}/{step}"

    def ask(key):
        headers = {"Idempotency-Key": key}
        return api.ask("POST", path, role="lead", json={"reason": "a test"}, headers=headers)

    first, again, anew = ask("one"), ask("one"), ask("another")
    assert first.is_success
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert anew.status_code == 409
    steps = [row["action"] for row in api.ask("GET", "/v1/audit", role="auditor").json()]
    assert steps.count(step) == 1
