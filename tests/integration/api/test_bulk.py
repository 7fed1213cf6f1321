"""One step on many lines, and approvals that a second person must confirm."""

from dataclasses import replace

import pytest

from service.domain.ids import new_id
from service.store.ledger import draw_up
from tests.integration.api.conftest import Api
from tests.integration.pipeline.conftest import CONTEXT, a_line

QUESTION = {"element": "imaging.modality", "wording": "?", "blocking": False, "between": []}


def put(api, *lines):
    with api.service.database.transaction() as store:
        keys = [("main", new_id()) for _ in lines]
        ids, _ = store.procedures.lock(keys)
        store.candidates.add("main", [(ids[key], line) for key, line in zip(keys, lines, strict=True)])
    return {line["code"]: line for line in api.lines()}


def many(api, action, lines, **more):
    items = [{"id": line["id"], "version": line["version"]} for line in lines]
    answer = api.ask("POST", "/v1/candidates/bulk", json={"action": action, "items": items, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def outcomes(told):
    kinds = [(each["problem"] or {"type": ""})["type"].rpartition(":")[2] for each in told["items"]]
    return list(zip([each["outcome"] for each in told["items"]], kinds, strict=True))


@pytest.fixture
def lines(api):
    """Two that can be approved, and four that cannot, each for its own reason."""
    found = put(
        api,
        a_line(code="62320"),
        a_line(code="62321", content={"context": {**CONTEXT, "patient_id": ""}}),
        a_line(code="62322", content={"questions": [QUESTION]}),
        a_line(code="62323"),
        a_line(code="62324"),
    )
    api.decide(found["62323"], "claim", role="lead")
    return list(found.values())


EXPECTED = [
    ("done", ""),
    ("refused", "incomplete-charge"),
    ("refused", "wrong-state"),
    ("refused", "stale-version"),
    ("done", ""),
    ("refused", "not-found"),
]


def test_each_line_is_told_of_and_one_that_fails_stops_no_other(api, lines):
    told = many(api, "approve", [*lines, {"id": "0" * 32, "version": 1}])
    assert outcomes(told) == EXPECTED
    assert (told["done"], told["refused"], told["dry_run"]) == (2, 4, False)
    assert api.ask("GET", "/v1/candidates/counts").json() == {"approved": 2, "proposed": 3}
    with api.service.database.connection() as connection:
        assert draw_up(connection, api.service.database.keyring).whole


def test_a_dry_run_says_the_same_and_does_nothing(api, lines):
    told = many(api, "approve", [*lines, {"id": "0" * 32, "version": 1}], dry_run=True)
    assert outcomes(told) == EXPECTED
    assert told["items"][0]["status"] == "approved"
    assert api.ask("GET", "/v1/candidates/counts").json() == {"proposed": 5}
    assert api.ask("GET", "/v1/charges").json() == []
    audit = api.ask("GET", "/v1/audit", role="auditor").json()
    assert not [row for row in audit if row["action"] in ("approve", "charge")]


def test_many_are_rejected_assigned_and_held(api):
    lines = list(put(api, a_line(code="62320"), a_line(code="62321")).values())
    assert many(api, "assign", lines, to="coder of main")["done"] == 2
    assert many(api, "hold", api.lines(), reason="lab")["done"] == 2
    assert [line["hold_reason"] for line in api.lines()] == ["lab", "lab"]
    assert many(api, "reject", api.lines(), reason="duplicate")["done"] == 2
    assert api.lines() == []


@pytest.mark.parametrize("body", [{"action": "reject"}, {"action": "assign"}, {"action": "undo"}], ids=str)
def test_what_an_action_needs_is_asked_for(api, body):
    item = {"id": "0" * 32, "version": 1}
    answer = api.ask("POST", "/v1/candidates/bulk", json={**body, "items": [item]})
    assert answer.status_code == 422


@pytest.fixture
def strict(api):
    """The same service, where 62327 is always confirmed by a second person."""
    settings = api.service.settings.model_copy(update={"second_review_codes": ["62327"]})
    return Api(replace(api.service, settings=settings))


def test_a_second_person_must_confirm(strict):
    line = put(strict, a_line())["62327"]
    first = strict.decide(line, "approve").json()
    assert (first["status"], strict.ask("GET", "/v1/charges").json()) == ("second_review", [])
    again = strict.decide(first, "approve")
    assert "another person" in again.json()["detail"]
    assert strict.decide(first, "approve", role="lead").json()["status"] == "approved"
    (charge,) = strict.ask("GET", "/v1/charges").json()
    assert charge["approved_by"] == "lead of main"
    with strict.service.database.connection() as connection:
        assert draw_up(connection, strict.service.database.keyring).whole


def test_who_approved_first_does_not_get_it_next_and_may_take_it_back(strict):
    first = strict.decide(put(strict, a_line())["62327"], "approve").json()
    assert strict.ask("POST", "/v1/candidates/next").status_code == 204
    claimed = strict.ask("POST", "/v1/candidates/next", role="lead").json()
    assert claimed["id"] == first["id"]
    free = strict.decide(claimed, "release", role="lead").json()
    assert strict.decide(free, "undo").json()["status"] == "proposed"


def test_what_the_second_changes_needs_two_again(strict):
    first = strict.decide(put(strict, a_line())["62327"], "approve").json()
    body = {"reason": "two levels", "units": 2}
    changed = strict.decide(first, "change", body, role="lead").json()
    assert changed["status"] == "proposed"
    assert strict.decide(changed, "approve", role="lead").json()["status"] == "second_review"


def test_what_cannot_be_charged_is_no_work_for_a_second(strict):
    line = put(strict, a_line(content={"context": {**CONTEXT, "patient_id": ""}}))["62327"]
    assert strict.decide(line, "approve").status_code == 422


def test_other_codes_need_no_second(strict):
    line = put(strict, a_line(code="62323"))["62323"]
    assert strict.decide(line, "approve").json()["status"] == "approved"
