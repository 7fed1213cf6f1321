"""Worklists over HTTP: each filter, each order, page after page, and what they may not tell."""

import time

import pytest
from sqlalchemy import text

from service.domain.edits import FileKind
from service.domain.ids import new_id
from service.edits.layout import OPEN_END
from service.store import worklist
from service.store.edit_releases import Release, load_release
from tests.integration.pipeline.conftest import CONTEXT, a_line

DAY = 86_400
PAYER = {"name": "encounter.payer", "value": "medicare", "origin": "structured", "source": {}}
QUESTION = {"element": "imaging.modality", "wording": "?", "blocking": False, "between": []}


def put(api, *lines, facility="main", **columns):
    """Put lines of procedures of their own into the queue; `columns` are then set in the database."""
    with api.service.database.transaction() as store:
        keys = [(facility, new_id()) for _ in lines]
        ids, _ = store.procedures.lock(keys)
        store.candidates.add(facility, [(ids[key], line) for key, line in zip(keys, lines, strict=True)])
        if columns:
            assignments = ", ".join(f"{name} = :{name}" for name in columns)
            marks = ", ".join(f"'{identifier}'" for identifier in ids.values())
            run(store, f"UPDATE candidate SET {assignments} WHERE procedure_id IN ({marks})", columns)


def run(store, statement, values):
    store.transaction.connection.execute(text(statement), values)


def walk(api, query="", **more):
    """All pages of a worklist."""
    lines, path = [], f"/v1/candidates?limit=2&{query}"
    while path:
        answer = api.ask("GET", path, **more)
        assert answer.status_code == 200, answer.text
        lines += answer.json()["items"]
        path = answer.json()["next"]
    return lines


def codes(lines):
    return [line["code"] for line in lines]


@pytest.fixture
def queue(api):
    """One line for each thing that can be asked for; 62320 is like nobody else's in nothing."""
    now = time.time()
    put(api, a_line(code="64450"), created_at=now - 5 * DAY)
    put(api, a_line(code="62320"))
    put(api, a_line(slot="nerve-block", code="62321"))
    put(api, a_line(code="62322", content={"elements": [PAYER]}))
    put(api, a_line(code="62323", content={"context": {**CONTEXT, "performer_id": "DR-7"}}))
    put(api, a_line(code="62324"), assigned_to="coder of main")
    put(api, a_line(code="62325"), claimed_by="coder of main", claimed_until=now + 60)
    put(api, a_line(code="62326"), held_until=now + DAY)
    put(api, a_line(code="62327", content={"questions": [QUESTION]}))
    put(api, a_line(code="64451"), status="approved")
    put(api, a_line(code="64452", service_date="2020-01-01"))
    put(api, a_line(code="99999"), facility="south")


OPEN = ["64450", "62320", "62321", "62322", "62323", "62324", "62325", "62326", "62327", "64452"]


@pytest.mark.usefixtures("queue")
def test_without_a_filter_what_is_open_comes_in_order_of_arrival(api):
    assert codes(walk(api)) == OPEN
    assert codes(walk(api, "order=newest")) == OPEN[::-1]


@pytest.mark.usefixtures("queue")
def test_by_service_date_the_earliest_comes_first(api):
    found = walk(api, "order=service_date")
    assert codes(found) == ["64452", *OPEN[:-1]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("table=nerve-block", ["62321"]),
        ("code=62320&code=62327", ["62320", "62327"]),
        ("payer=medicare", ["62322"]),
        ("assigned=me", ["62324"]),
        ("assigned=coder of main", ["62324"]),
        ("claimed=me", ["62325"]),
        ("claimed=others", []),
        ("held=true", ["62326"]),
        ("question=true", ["62327"]),
        ("older_than_days=4", ["64450"]),
        ("older_than_days=6", []),
        ("status=approved", ["64451"]),
        ("status=approved&status=proposed&code=64451", ["64451"]),
        ("code=62320&payer=medicare", []),
        ("older_than_days=4&order=service_date", ["64450"]),
    ],
)
@pytest.mark.usefixtures("queue")
def test_each_filter_finds_its_line_and_no_other(api, query, expected):
    assert codes(walk(api, query)) == expected


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ("assigned=none", "62324"),
        ("claimed=none", "62325"),
        ("held=false", "62326"),
        ("question=false", "62327"),
        ("younger_than_days=1", "64450"),
    ],
)
@pytest.mark.usefixtures("queue")
def test_the_opposite_of_a_filter_leaves_out_that_line_and_no_other(api, query, missing):
    assert codes(walk(api, query)) == [code for code in OPEN if code != missing]


@pytest.mark.usefixtures("queue")
def test_a_provider_is_found_by_what_its_line_shows_which_is_not_its_number(api):
    (line,) = [line for line in walk(api) if line["code"] == "62323"]
    assert "DR-7" not in str(line)
    assert codes(walk(api, f"provider={line['provider']}")) == ["62323"]


@pytest.mark.usefixtures("queue")
def test_a_claim_that_ran_out_is_none(api):
    with api.service.database.transaction() as store:
        run(store, "UPDATE candidate SET claimed_until = 1 WHERE code = '62325'", {})
    assert codes(walk(api, "claimed=none")) == OPEN
    assert walk(api, "claimed=me") == []


@pytest.mark.usefixtures("queue")
def test_facilities_are_walls_and_who_sees_all_may_choose_one(api):
    assert walk(api, "facility=south") == []
    everywhere = {"role": "coder", "facility": "*"}
    assert codes(walk(api, **everywhere)) == [*OPEN, "99999"]
    assert codes(walk(api, "facility=south", **everywhere)) == ["99999"]


@pytest.mark.usefixtures("queue")
def test_a_page_looks_at_so_many_lines_and_no_more_and_none_is_passed_over(api, monkeypatch):
    monkeypatch.setattr(worklist, "WINDOWS", (1, 2))
    first = api.ask("GET", "/v1/candidates?limit=2&claimed=others").json()
    assert (first["items"], first["next"] is None) == ([], False)
    assert codes(walk(api, "claimed=none&held=false&younger_than_days=1&order=newest")) == [
        code for code in OPEN[::-1] if code not in ("62325", "62326", "64450")
    ]


@pytest.mark.usefixtures("queue")
def test_counts_are_those_of_the_list(api):
    def counts(query=""):
        return api.ask("GET", f"/v1/candidates/counts?{query}").json()

    assert counts() == {"proposed": 10, "approved": 1}
    assert counts("by=table") == {"neuraxial-injection": 9, "nerve-block": 1}
    assert counts("by=facility") == {"main": 10}
    assert counts("by=facility&most=3") == {"main": 3}
    assert counts("by=payer") == {"": 9, "medicare": 1}
    assert counts("by=assigned&code=62324") == {"coder of main": 1}
    assert counts("by=age") == {"0-1": 9, "2-3": 0, "4-7": 1, "8+": 0}
    assert counts("status=approved&by=code") == {"64451": 1}


@pytest.mark.usefixtures("queue")
def test_counts_stop_where_they_are_told_to(api):
    def counts(query):
        return api.ask("GET", f"/v1/candidates/counts?{query}").json()

    assert counts("most=3") == {"proposed": 3, "approved": 1}
    assert counts("most=3&by=table") == {"neuraxial-injection": 3, "nerve-block": 1}
    assert counts("most=3&by=payer") == {"medicare": 1}
    assert counts("most=3&by=assigned&code=62324") == {"coder of main": 1}
    assert counts("most=3&by=age") == {"0-1": 3, "2-3": 0, "4-7": 1, "8+": 0}
    assert counts("most=100") == counts("")
    assert counts("most=3&facility=south") == {}
    assert counts("most=3&by=facility") == {"main": 3}


@pytest.mark.usefixtures("queue")
def test_a_worklist_is_leafed_through_by_the_index_that_holds_few(api, monkeypatch):
    monkeypatch.setattr(worklist, "WINDOWS", (1, 2))
    monkeypatch.setattr(worklist, "_FEW", 1)
    # By table, the likely choice, three lines would be looked at, and this one is the fourth.
    first = api.ask("GET", "/v1/candidates?table=neuraxial-injection&payer=medicare").json()
    assert codes(first["items"]) == ["62322"]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("after=nonsense", "/after"),
        ("after=~99999999999999999999", "/after"),
        ("older_than_days=-1", "/older_than_days"),
        ("statsu=approved", "/statsu"),
        ("provider=DR-7", "/provider"),
        ("order=service_date&status=approved", "/order"),
    ],
)
def test_a_filter_that_is_none_is_refused_and_says_where(api, query, where):
    answer = api.ask("GET", f"/v1/candidates?{query}")
    assert answer.status_code == 422
    assert [error["location"] for error in answer.json()["errors"]] == [where]


def test_the_edits_of_a_line_can_be_asked_for(api):
    pair = ("99991", "99992", 20240101, OPEN_END, "1", "Misuse of column two")
    load_release(
        api.service.database, Release(FileKind.PTP, "practitioner", "", "f1.txt", "d1"), [pair], by="test"
    )
    put(api, a_line(slot="a", code="99991"), a_line(slot="b", code="99992"), a_line(slot="c", code="99993"))
    assert codes(walk(api, "edit=true")) == ["99991", "99992"]
    assert codes(walk(api, "edit=false")) == ["99993"]
