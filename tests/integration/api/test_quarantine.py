"""Quarantine, as the interface analyst uses it."""

import pytest

from service.mllp import Origin

BAD_VERSION = b"MSH|^~\\&|A|B|C|D|20260301||ORU^R01|%d|P|7.7\rPID|1||P1^^^X^MR||TESTPERSON\r"
NO_TYPE = b"MSH|^~\\&|A|B|C|D|20260301|||%d|P|2.5.1\r"


def page(api, query="", **more):
    return api.ask("GET", f"/v1/quarantine{query}", role="admin", **more).json()


def items(api, query="", **more):
    return page(api, query, **more)["items"]


def state(api, feed):
    return api.ask("GET", f"/v1/feeds/{feed}", role="lead").json()["ever"]


@pytest.fixture
def aside(api, sample):
    """A sound message that its reader set aside, as it does when the code fails on it."""
    api.send_hl7(sample("02"))
    with api.service.database.transaction() as store:
        (event,) = store.events.claim(1, 60)
        store.events.quarantine(event.id, event.facility, "our reader failed on it (ValueError at x.py:1)")
    return event.id


def test_a_message_is_read_again_once_its_cause_is_mended(api, aside):
    path = f"/v1/quarantine/{aside}/replay"
    assert api.ask("POST", path, role="lead", facility="east").status_code == 404
    assert api.ask("POST", path, role="lead").status_code == 202
    assert not items(api)
    api.drain()
    assert len(api.lines()) == 1
    actions = [row["action"] for row in api.ask("GET", "/v1/audit", role="auditor").json()]
    assert (actions.count("quarantine"), actions.count("replay")) == (1, 1)


def test_what_the_door_would_refuse_again_stays_and_says_why(api):
    api.send_hl7(BAD_VERSION % 1)
    (found,) = items(api)
    answer = api.ask("POST", f"/v1/quarantine/{found['event']}/replay", role="lead")
    assert (answer.status_code, "MSH-12" in answer.json()["detail"]) == (409, True)
    many = api.ask("POST", "/v1/quarantine/replay", role="lead", json={}).json()
    assert (many["again"], list(many["left"].values()), many["more"]) == (0, [1], False)
    assert len(items(api)) == 1


def test_the_list_is_filtered_and_paged(api, aside):
    for number in range(3):
        api.send_hl7(BAD_VERSION % number)
    api.send_hl7(NO_TYPE % 9)
    assert len(items(api, "?reason=VERSION is")) == 3
    assert not items(api, "?reason=v_rsion")  # no pattern, but words
    assert [each["event"] for each in items(api, "?feed=generic-mdm")] == [aside]
    assert [each["feed"] for each in items(api, "?feed=-")] == ["-"]
    assert not items(api, "?since=2999-01-01T00:00:00Z")
    assert not items(api, facility="east")
    first = page(api, "?limit=3")
    second = api.client.get(first["next"], headers={"Authorization": f"Bearer {api.token('admin')}"}).json()
    sequences = [each["sequence"] for each in (*first["items"], *second["items"])]
    assert (len(sequences), sequences) == (5, sorted(sequences, reverse=True))
    assert second["next"] is None


def test_its_words_are_for_those_who_may_read_patient_data(api):
    api.send_hl7(BAD_VERSION % 1)
    (found,) = items(api)
    path = f"/v1/quarantine/{found['event']}"
    assert "TESTPERSON" in api.ask("GET", path, role="lead").json()["text"]
    assert api.ask("GET", path, role="admin").json()["text"] is None
    reads = [row for row in api.ask("GET", "/v1/audit", role="auditor").json() if row["action"] == "read"]
    assert [(row["actor"], row["object_id"]) for row in reads] == [("lead of main", found["event"])]
    assert api.ask("GET", path, role="lead", facility="east").status_code == 404


def test_a_discarded_message_is_kept_with_the_reason(api):
    api.send_hl7(BAD_VERSION % 1)
    (found,) = items(api)
    path = f"/v1/quarantine/{found['event']}"
    assert api.ask("POST", f"{path}/discard", role="lead", json={"reason": ""}).status_code == 422
    answer = api.ask("POST", f"{path}/discard", role="lead", json={"reason": "TESTPERSON is a test"})
    assert (answer.status_code, answer.json()["state"]) == (200, "discarded")
    assert api.ask("POST", f"{path}/discard", role="lead", json={"reason": "again"}).status_code == 409
    assert not items(api)
    told = api.ask("GET", path, role="lead").json()
    assert (told["discard"]["by"], told["discard"]["reason"]) == ("lead of main", "TESTPERSON is a test")
    tally = state(api, "generic-oru")
    assert (tally["discarded"], tally["quarantined"]) == (1, 0)
    trail = api.ask("GET", "/v1/audit", role="auditor")
    assert "discard" in [row["action"] for row in trail.json()]
    assert "TESTPERSON" not in trail.text
    ledger = api.ask("GET", "/v1/ledger", role="admin", facility="*").json()
    assert (ledger["whole"], ledger["sums"]["messages"]["discarded"]) == (True, 1)


def test_many_are_tried_first_and_replayed_then(api, aside):
    api.send_hl7(BAD_VERSION % 1)
    choice = {"feed": "generic-mdm", "reason": "reader failed"}
    dry = api.ask("POST", "/v1/quarantine/replay", role="lead", json={**choice, "dry_run": True}).json()
    assert (dry["again"], len(items(api))) == (1, 2)
    east = api.ask("POST", "/v1/quarantine/replay", role="lead", facility="east", json=choice).json()
    assert east["again"] == 0
    assert api.ask("POST", "/v1/quarantine/replay", role="lead", json=choice).json()["again"] == 1
    assert [each["event"] for each in items(api)] != [aside]


def test_a_replay_by_id_tells_of_ids_that_are_none(api, aside):
    done = api.ask("POST", "/v1/quarantine/replay", role="lead", json={"ids": [aside, "0" * 32]}).json()
    assert (done["again"], done["left"]) == (1, {"there is no such event": 1})


def test_where_it_came_from_and_what_would_help_is_told(api):
    """What is no message has no MSH-3: the address alone tells whom to call."""
    api.send_hl7(BAD_VERSION % 1)
    api.service.door.receive_frames([(BAD_VERSION % 2, Origin("10.0.0.8:51000"))])
    api.service.door.refuse_frame(b"GET / HTTP/1.1", "outside", "10.0.0.7:51000")
    told = {each["peer"]: (each["sender"], each["advice"]) for each in items(api)}
    assert told.keys() == {"feed of main", "10.0.0.8:51000", "10.0.0.7:51000"}
    assert told["10.0.0.7:51000"] == (
        "",
        "Have it sent again: the rest of it never came, so it cannot be read again.",
    )
    assert "have it mended" in told["10.0.0.8:51000"][1]
