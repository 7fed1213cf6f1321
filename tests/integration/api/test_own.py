"""What a user keeps: views, settings, drafts; and how the day went."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text


def test_a_view_is_kept_replaced_and_dropped_and_nobody_elses(api):
    body = {"filter": {"status": ["waiting"], "assigned": "me", "order": "newest"}, "columns": ["code"]}
    kept = api.ask("PUT", "/v1/views/My day", json=body).json()
    assert (kept["name"], kept["filter"], kept["columns"], kept["version"]) == (
        "My day",
        body["filter"],
        ["code"],
        1,
    )
    again = api.ask("PUT", "/v1/views/My day", json={"filter": {}}).json()
    assert (again["filter"], again["version"]) == ({}, 2)
    assert api.ask("GET", "/v1/views", role="lead").json() == []
    assert api.ask("DELETE", "/v1/views/My day").status_code == 204
    assert api.ask("GET", "/v1/views").json() == []


@pytest.mark.parametrize(
    ("name", "body"),
    [("ok", {"filter": {"patient": "x"}}), ("a<b", {"filter": {}}), ("x" * 65, {"filter": {}})],
    ids=["no such filter", "name", "long name"],
)
def test_a_view_that_is_none_is_refused(api, name, body):
    assert api.ask("PUT", f"/v1/views/{name}", json=body).status_code == 422


def test_settings_are_kept_for_each_user(api):
    assert api.ask("GET", "/v1/me/settings").json() == {"settings": {}}
    settings = {"keys": {"approve": "Enter"}, "theme": "dark"}
    assert api.ask("PUT", "/v1/me/settings", json={"settings": settings}).json() == {"settings": settings}
    assert api.ask("GET", "/v1/me/settings").json() == {"settings": settings}
    assert api.ask("GET", "/v1/me/settings", role="lead").json() == {"settings": {}}
    large = {"settings": {"x": "y" * 17_000}}
    assert api.ask("PUT", "/v1/me/settings", json=large).status_code == 422


def test_a_draft_is_sealed_and_its_writers_own(api, line):
    path = f"/v1/candidates/{line['id']}/draft"
    assert api.ask("GET", path).status_code == 204
    api.ask("PUT", path, json={"content": {"reason": "TESTPERSON moved"}})
    assert api.ask("GET", path).json()["content"] == {"reason": "TESTPERSON moved"}
    assert api.ask("GET", path, role="lead").status_code == 204, "what others began is theirs"
    assert api.ask("GET", path, facility="south").status_code == 404
    assert api.ask("PUT", path, json={"content": {}}, facility="south").status_code == 404
    with api.service.database.connection() as connection:
        (row,) = connection.execute(text("SELECT * FROM keepsake"))
    assert "TESTPERSON" not in str(tuple(row))
    assert api.ask("DELETE", path).status_code == 204
    answer = api.ask("GET", path)
    assert (answer.status_code, answer.content) == (204, b"")


def test_my_day_counts_what_i_decided(api, line):
    api.decide(api.decide(line, "approve").json(), "undo")
    assert api.ask("GET", "/v1/me/day").json()["decisions"] == {"approve": 1, "undo_approval": 1}
    assert api.ask("GET", "/v1/me/day", role="lead").json()["decisions"] == {}


def test_my_day_begins_at_midnight_of_the_facility(api):
    since = datetime.fromisoformat(api.ask("GET", "/v1/me/day").json()["since"])
    there = since.astimezone(ZoneInfo("America/Chicago"))
    assert there.time() == time()
    assert timedelta() <= datetime.now(UTC) - since < timedelta(hours=26)
