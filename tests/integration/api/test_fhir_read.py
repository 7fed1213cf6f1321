"""The review queue read as FHIR: what fhirclient takes for ChargeItems and Tasks, each in its status."""

import pytest
from fhirclient.models.bundle import Bundle
from fhirclient.models.chargeitem import ChargeItem
from fhirclient.models.task import Task

from service.domain.charge import Parcel, PostingState
from service.domain.ids import new_id
from tests.integration.pipeline.conftest import a_line

QUESTION = {"element": "imaging.modality", "wording": "Please state it.", "blocking": False, "between": []}


@pytest.fixture
def lines(api):
    """One line in each status: planned, planned without a code, billable, billed, aborted."""
    given = [a_line(code=code, modifiers=("59", "RT")) for code in ("62320", "", "62322", "62323", "62324")]
    with api.service.database.transaction() as store:
        keys = [("main", new_id()) for _ in given]
        ids, _ = store.procedures.lock(keys)
        store.candidates.add("main", [(ids[key], line) for key, line in zip(keys, given, strict=True)])
    lines = {line["code"]: line for line in api.lines()}
    api.decide(lines["62323"], "approve")
    with api.later(60) as store:
        posting = store.postings.claim(["billing"], 60)
        store.postings.fix(posting, Parcel(posting.control_id, b"DFT"))
        store.postings.record(posting, PostingState.POSTED, "AA")
    api.decide(lines["62322"], "approve")
    api.decide(lines["62324"], "reject", {"reason": "duplicate"})
    return lines


def search(api, path, **more):
    answer = api.ask("GET", f"/fhir/{path}", **more)
    assert answer.headers["Content-Type"] == "application/fhir+json"
    bundle = answer.json()
    Bundle(bundle)
    return [entry["resource"] for entry in bundle.get("entry", [])]


@pytest.mark.parametrize(
    ("status", "codes"),
    [("planned", ["62320", ""]), ("billable", ["62322"]), ("billed", ["62323"]), ("aborted", ["62324"])],
)
def test_each_line_stands_in_its_status(api, lines, status, codes):
    found = search(api, f"ChargeItem?status={status}")
    assert [each["id"] for each in found] == [lines[code]["id"] for code in codes]
    assert {each["status"] for each in found} == {status}
    for each in found:
        ChargeItem(each)


def test_a_line_is_read_with_its_modifiers_in_order_and_its_patient(api, lines):
    answer = api.ask("GET", f"/fhir/ChargeItem/{lines['62320']['id']}")
    assert answer.headers["ETag"] == 'W/"1"'
    item = answer.json()
    assert [coding["code"] for coding in item["code"]["coding"]] == ["62320", "59", "RT"]
    assert item["subject"]["identifier"]["value"] == "MRN1"
    stranger = {"role": "coder", "facility": "south"}
    refused = api.ask("GET", f"/fhir/ChargeItem/{lines['62320']['id']}", **stranger)
    assert (refused.status_code, refused.json()["resourceType"]) == (404, "OperationOutcome")


@pytest.mark.usefixtures("lines")
def test_pages_are_linked_and_an_unknown_status_is_an_outcome(api):
    first = api.ask("GET", "/fhir/ChargeItem?_count=1").json()
    following = {link["relation"]: link["url"] for link in first["link"]}["next"]
    (second,) = api.ask("GET", following).json()["entry"]
    assert second["resource"]["id"] != first["entry"][0]["resource"]["id"]
    answer = api.ask("GET", "/fhir/ChargeItem?status=paid")
    assert (answer.status_code, answer.json()["resourceType"]) == (422, "OperationOutcome")


def test_a_question_is_a_task_about_its_line(api):
    with api.service.database.transaction() as store:
        ids, _ = store.procedures.lock([("main", "p1")])
        store.candidates.add("main", [(ids["main", "p1"], a_line(content={"questions": [QUESTION]}))])
    (line,) = api.lines()
    asked = api.decide(line, "ask", {"element": "imaging.modality"}).json()
    (task,) = search(api, "Task")
    Task(task)
    assert (task["id"], task["status"], task["description"]) == (asked["id"], "requested", "Please state it.")
    assert task["focus"] == {"reference": f"ChargeItem/{line['id']}"}
    assert search(api, "Task?status=completed") == []
    assert search(api, "Task", role="coder", facility="south") == []
    assert api.ask("GET", f"/fhir/Task/{asked['id']}").json() == task
