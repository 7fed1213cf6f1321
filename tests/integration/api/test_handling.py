"""Who works on a line, and when: next, heartbeat, hold, assign, comment; lines added and split by hand."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from service.domain.ids import new_id
from tests.integration.pipeline.conftest import a_line


def put(api, *lines):
    with api.service.database.transaction() as store:
        keys = [("main", new_id()) for _ in lines]
        ids, _ = store.procedures.lock(keys)
        store.candidates.add("main", [(ids[key], line) for key, line in zip(keys, lines, strict=True)])


@pytest.fixture
def line(api):
    """A proposed line of two units."""
    put(api, a_line(units=2))
    (line,) = api.lines()
    return line


def show(api, line):
    return api.ask("GET", f"/v1/candidates/{line['id']}").json()


def take(api, body=None, **more):
    return api.ask("POST", "/v1/candidates/next", json=body, **more)


def test_the_next_line_is_the_oldest_that_nobody_works_on(api):
    put(api, a_line(code="62320"), a_line(code="62321"))
    first, second = take(api), take(api, role="lead")
    assert (first.json()["code"], first.json()["claimed_by"]) == ("62320", "coder of main")
    assert first.headers["ETag"] == '"2"'
    assert (second.json()["code"], second.json()["claimed_by"]) == ("62321", "lead of main")
    assert take(api).status_code == 204


def test_what_is_assigned_to_me_comes_first_and_what_is_others_never(api):
    put(api, a_line(code="62320"), a_line(code="62321"), a_line(code="62322"))
    api.token("coder")
    one, two, _ = api.lines()
    assert api.decide(one, "assign", {"to": "lead of main"}, role="lead").status_code == 200
    assert api.decide(two, "assign", {"to": "coder of main"}, role="lead").status_code == 200
    assert [take(api).json()["code"] for _ in range(2)] == ["62321", "62322"]
    assert take(api).status_code == 204


def test_the_next_line_is_of_a_view_and_neither_held_nor_asked(api):
    put(api, a_line(code="62320"), a_line(code="62321"), a_line(code="62322"))
    held = api.lines()[0]
    assert api.decide(held, "hold", {"reason": "lab result is awaited"}).status_code == 200
    assert take(api, {"filter": {"code": ["62322"]}}).json()["code"] == "62322"
    assert take(api).json()["code"] == "62321"
    assert take(api).status_code == 204


def test_many_coders_never_get_one_line_twice(api):
    put(api, *(a_line(code="62320") for _ in range(30)))
    tokens = {}
    with api.service.database.transaction() as store:
        for number in range(20):
            tokens[number] = store.users.add(f"c{number}", frozenset({"coder"}), "main", by="test")

    def work(number):
        headers = {"Authorization": f"Bearer {tokens[number]}"}
        answers = [api.client.post("/v1/candidates/next", headers=headers) for _ in range(2)]
        return [answer.json()["id"] for answer in answers if answer.status_code == 200]

    with ThreadPoolExecutor(20) as pool:
        taken = [identifier for some in pool.map(work, range(20)) for identifier in some]
    assert len(taken) == len(set(taken)) == 30


def test_a_heartbeat_keeps_the_claim_and_the_version(api, line):
    claimed = api.decide(line, "claim").json()
    beat = api.ask("POST", f"/v1/candidates/{line['id']}/heartbeat")
    assert beat.json()["claimed_until"] > claimed["claimed_until"]
    assert show(api, line)["version"] == claimed["version"]
    other = api.ask("POST", f"/v1/candidates/{line['id']}/heartbeat", role="lead")
    assert other.status_code == 409


def test_a_lead_takes_a_claim_over_and_says_why(api, line):
    claimed = api.decide(line, "claim").json()
    assert api.decide(claimed, "claim", role="lead").status_code == 409
    assert api.decide(claimed, "claim", {"take_over": "she went home"}, role="coder").status_code == 403
    taken = api.decide(claimed, "claim", {"take_over": "she went home"}, role="lead").json()
    assert taken["claimed_by"] == "lead of main"
    said = show(api, line)["decisions"][-1]
    assert (said["verdict"], said["reason"], said["from"]) == ("take_over", "she went home", "coder of main")


def test_a_held_line_says_why_and_until_when_and_is_taken_up_again(api, line):
    held = api.decide(line, "hold", {"reason": "lab", "until": "2999-01-01"}).json()
    assert (held["held_until"], held["hold_reason"]) == ("2999-01-01T06:00:00Z", "lab"), (
        "its feeds are in Chicago"
    )
    assert api.lines() == [held]
    free = api.decide(held, "unhold").json()
    assert (free["held_until"], free["hold_reason"]) == (None, "")
    endless = api.decide(free, "hold", {"reason": "lab"}).json()
    assert endless["held_until"] == "9999-12-31T00:00:00Z"
    assert api.decide(endless, "hold", {"reason": "x", "until": "2001-01-01"}).status_code == 422


def test_a_batch_is_held_until_the_same_midnight_of_the_facility(api, line):
    body = {"action": "hold", "items": [{"id": line["id"], "version": line["version"]}], "reason": "lab"}
    api.ask("POST", "/v1/candidates/bulk", json={**body, "until": "2999-01-01"})
    assert api.lines()[0]["held_until"] == "2999-01-01T06:00:00Z"


def test_a_coder_assigns_to_nobody_else_and_a_lead_to_who_may_decide_here(api, line):
    mine = api.decide(line, "assign", {"to": "coder of main"}).json()
    assert mine["assigned_to"] == "coder of main"
    api.token("lead")
    assert api.decide(mine, "assign", {"to": "lead of main"}).status_code == 403
    api.token("auditor")
    api.token("coder", "south")
    for nobody in ("auditor of main", "coder of south", "zoe"):
        assert api.decide(mine, "assign", {"to": nobody}, role="lead").status_code == 422
    assert api.decide(mine, "assign", {"to": ""}).json()["assigned_to"] == ""


def test_comments_stay_and_change_nothing(api, line):
    for text in ("first", "<b>second</b>"):
        said = api.ask("POST", f"/v1/candidates/{line['id']}/comments", json={"text": text})
        assert said.status_code == 201
    shown = show(api, line)
    assert [(each["by"], each["text"]) for each in shown["comments"]] == [
        ("coder of main", "first"),
        ("coder of main", "<b>second</b>"),
    ]
    assert shown["version"] == line["version"]
    stranger = {"role": "coder", "facility": "south"}
    path = f"/v1/candidates/{line['id']}/comments"
    assert api.ask("POST", path, json={"text": "x"}, **stranger).status_code == 404


def test_a_line_added_by_hand_is_charged_like_any(api, line):
    body = {"reason": "two services", "code": "64450", "modifiers": ["RT", "59"], "units": 2}
    answer = api.decide(line, "add", body)
    added = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/v1/candidates/{added['id']}")
    assert (added["code"], added["origin"], added["service_date"]) == ("64450", "coder", line["service_date"])
    assert api.decide(added, "approve").status_code == 200
    (charge,) = api.ask("GET", "/v1/charges").json()
    assert (charge["code"], charge["modifiers"], charge["units"]) == ("64450", ["RT", "59"], 2)
    (decision, _) = show(api, added)["decisions"]
    assert (decision["verdict"], decision["reason"]) == ("add", "two services")


def test_a_split_keeps_the_units_and_each_part_is_a_line(api, line):
    wrong = {"reason": "two sides", "parts": [{"units": 1}, {"units": 2}]}
    assert api.decide(line, "split", wrong).status_code == 422
    parts = [{"units": 1, "modifiers": ["RT"]}, {"units": 1, "modifiers": ["LT"]}]
    answer = api.decide(line, "split", {"reason": "two sides", "parts": parts})
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"2"')
    kept, other = answer.json()["items"]
    assert (kept["id"], kept["units"], kept["modifiers"]) == (line["id"], 1, ["RT"])
    assert (other["code"], other["units"], other["modifiers"]) == (line["code"], 1, ["LT"])
    assert [api.decide(each, "approve").status_code for each in (kept, other)] == [200, 200]


def test_what_was_added_by_hand_stays_when_the_procedure_is_charted_again(api, sample):
    api.send_hl7(sample("01"))
    api.drain()
    (line,) = api.lines()
    added = api.decide(line, "add", {"reason": "seen in the note", "code": "64450"}).json()
    api.send_hl7(sample("01").replace(b"|P|2.5.1", b"-2|P|2.5.1", 1))
    api.drain()
    assert {each["id"] for each in api.lines()} == {line["id"], added["id"]}


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"reason": "duplicate"}, 200, ("duplicate", "")),
        ({"reason": "bundled", "text": "inside 62327"}, 200, ("bundled", "inside 62327")),
        ({"reason": "in words of my own"}, 200, ("other", "in words of my own")),
        ({"reason": "other"}, 422, None),
    ],
    ids=["listed", "with text", "own words", "other without text"],
)
def test_a_rejection_has_a_reason_of_the_list(api, line, body, status, told):
    answer = api.decide(line, "reject", body)
    assert answer.status_code == status
    if told:
        said = show(api, line)["decisions"][-1]
        assert (said["reason"], said["text"]) == told
