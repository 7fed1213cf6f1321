"""Being told of changes: by server-sent events, and by files of a worklist."""

import csv
import json
import time
from io import StringIO

import pytest

from service.domain.ids import new_id
from service.pipeline.changes import Watch
from tests.integration.pipeline.conftest import a_line


def put(api, *lines, facility="main"):
    with api.service.database.transaction() as store:
        keys = [(facility, new_id()) for _ in lines]
        ids, _ = store.procedures.lock(keys)
        pairs = [(ids[key], line) for key, line in zip(keys, lines, strict=True)]
        return store.candidates.add(facility, pairs)


def told(changes):
    return [(change.id, change.version, change.status) for change in changes]


def test_each_change_is_told_once_and_of_ones_own_facility(api):
    (old,) = put(api, a_line())
    watch = Watch(api.service.database, "main")
    assert watch.look() == []
    (new,) = put(api, a_line(code="62320"))
    put(api, a_line(), facility="south")
    assert told(watch.look()) == [(new, 1, "proposed")]
    assert watch.look() == []
    line = api.ask("GET", f"/v1/candidates/{old}").json()
    api.decide(line, "reject", {"reason": "duplicate"})
    assert told(watch.look()) == [(old, 2, "rejected")]


def test_what_commits_late_is_told_all_the_same(api):
    if api.service.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: nothing commits late")
    watch = Watch(api.service.database, "main")
    assert watch.look() == []
    with api.service.database.transaction() as store:
        ids, _ = store.procedures.lock([("main", "late")])
        (late,) = store.candidates.add("main", [(ids["main", "late"], a_line())])
        (early,) = put(api, a_line(code="62320"))
        assert told(watch.look()) == [(early, 1, "proposed")]
    assert told(watch.look()) == [(late, 1, "proposed")]


def test_a_watch_goes_on_where_another_ended_and_says_when_it_cannot(api):
    first = Watch(api.service.database, "main")
    first.look()
    (missed,) = put(api, a_line())
    assert told(Watch(api.service.database, "main", first.since).look()) == [(missed, 1, "proposed")]
    assert Watch(api.service.database, "main", time.time() - 7_200).look() is None


def test_the_stream_tells_ids_and_versions_and_gives_signs_of_life(api):
    (identifier,) = put(api, a_line())
    headers = {"Last-Event-ID": f"{time.time() - 5:.6f}"}
    answer = api.ask("GET", "/v1/events-stream", headers=headers)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    blocks = answer.text.split("\n\n")
    assert blocks[0] == "retry: 1000"
    (event,) = [block for block in blocks if block.startswith("event: candidate")]
    _name, number, data = event.split("\n")
    assert json.loads(data.removeprefix("data: ")) == {"id": identifier, "version": 1, "status": "proposed"}
    assert float(number.removeprefix("id: ")) > 1_700_000_000
    assert ": heartbeat" in blocks


def test_a_stream_ends_when_the_service_is_told_to_stop(api):
    put(api, a_line())
    api.service.stopping.set()
    answer = api.ask("GET", "/v1/events-stream", headers={"Last-Event-ID": f"{time.time() - 5:.6f}"})
    assert answer.text == "retry: 1000\n\n"


def test_who_was_away_too_long_reads_the_list_again(api):
    answer = api.ask("GET", "/v1/events-stream", headers={"Last-Event-ID": "1.000000"})
    assert "event: reset" in answer.text
    for nonsense in ("", "x", "nan", "9" * 13 + ".000000", "\u0661.000000".encode()):
        refused = api.ask("GET", "/v1/events-stream", headers={"Last-Event-ID": nonsense})
        assert (refused.status_code, bool(refused.json()["detail"])) == (422, True), nonsense


def export(api, query="", **more):
    return api.ask("GET", f"/v1/candidates/export?{query}", **more)


def test_csv_has_a_row_for_each_line_and_no_formula(api):
    put(api, a_line(code="62320", modifiers=("59", "RT"), content={"note": "=1+1", "because": ["+a", "b"]}))
    put(api, a_line(code="62321"), facility="south")
    answer = export(api)
    assert "attachment" in answer.headers["Content-Disposition"]
    (row,) = csv.DictReader(StringIO(answer.text))
    assert (row["code"], row["modifiers"], row["note"], row["because"]) == (
        "62320",
        "59; RT",
        "'=1+1",
        "'+a; b",
    )


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"], ids=repr)
def test_no_cell_begins_like_a_formula(api, sign):
    put(api, a_line(content={"note": f"{sign}cmd|' /C calc'!A0"}))
    (row,) = csv.DictReader(StringIO(export(api).text, newline=""))
    assert row["note"].startswith("'")


def test_ndjson_is_the_list_line_by_line_over_all_pages(api):
    put(api, *(a_line(code="62320") for _ in range(205)))
    lines = [json.loads(line) for line in export(api, "format=ndjson").text.splitlines()]
    assert len({line["id"] for line in lines}) == 205
    assert lines[0] == api.lines()[0]
    rows = api.ask("GET", "/v1/audit", role="auditor").json()
    assert sorted(row["count"] for row in rows if row["action"] == "export") == [5, 200]


def test_what_cannot_be_exported_is_refused_before_it_begins(api):
    assert export(api, "order=service_date&status=approved").status_code == 422
    assert export(api, "format=xlsx").status_code == 422
