"""The review queue over HTTP."""

import pytest

from tests.integration.pipeline.conftest import a_line


@pytest.fixture
def line(api, sample):
    """A proposed 62327, as the list shows it."""
    assert api.send_hl7(sample("01")).status_code == 200
    api.drain()
    (line,) = api.lines()
    return line


def test_the_list_shows_code_and_reason_and_no_patient(line):
    assert (line["code"], line["table"], line["row"]) == ("62327", "neuraxial-injection", 8)
    assert any("fluoroscopy" in sentence for sentence in line["because"])
    shown = str(line)
    assert "TESTPERSON" not in shown.upper()


def test_showing_a_line_gives_documents_evidence_and_an_etag_and_is_audited(api, line):
    answer = api.ask("GET", f"/v1/candidates/{line['id']}")
    assert answer.headers["ETag"] == '"1"'
    detail = answer.json()
    text = detail["documents"][0]["text"]
    assert text.startswith("MSH|")
    assert all(element["source"]["text"] in text for element in detail["evidence"])
    audit = api.ask("GET", "/v1/audit", role="auditor").json()
    reads = [row for row in audit if (row["action"], row["object_id"]) == ("read", line["id"])]
    assert [row["actor"] for row in reads] == ["coder of main"]


def test_a_change_without_if_match_is_refused_with_428(api, line):
    answer = api.ask("POST", f"/v1/candidates/{line['id']}/approve")
    assert (answer.status_code, answer.json()["type"]) == (428, "urn:charge-capture:problem:version-needed")


def test_a_stale_version_is_refused_with_412(api, line):
    assert api.decide(line, "claim").status_code == 200
    answer = api.decide(line, "approve")
    assert (answer.status_code, answer.json()["type"]) == (412, "urn:charge-capture:problem:stale-version")


def test_change_then_approve_charges_what_the_coder_said(api, line):
    body = {"code": "62326", "modifiers": ["59"], "reason": "no image was stored"}
    changed = api.decide(line, "change", body).json()
    assert (changed["code"], changed["origin"], changed["version"]) == ("62326", "coder", 2)
    assert api.decide(changed, "approve").status_code == 200
    (charge,) = api.ask("GET", "/v1/charges").json()
    assert (charge["code"], charge["modifiers"], charge["units"]) == ("62326", ["59"], 1)
    assert [posting["state"] for posting in charge["postings"]] == ["pending"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"reason": "x", "code": "623"}, "/code"),
        ({"reason": "x", "units": 0}, "/units"),
        ({"reason": "x", "modifiers": ["5"]}, "/modifiers/0"),
        ({"reason": "x", "diagnoses": ["nonsense"]}, "/diagnoses/0"),
        ({"reason": "x", "kode": "62327"}, "/kode"),
        ({"code": "62327"}, "/reason"),
    ],
    ids=["code", "units", "modifier", "diagnosis", "unknown key", "no reason"],
)
def test_a_wrong_change_says_where(api, line, body, where):
    answer = api.decide(line, "change", body)
    assert answer.status_code == 422
    assert [error["location"] for error in answer.json()["errors"]] == [where]


def test_a_rejected_line_is_not_proposed_again_when_the_message_comes_again(api, line, sample):
    assert api.decide(line, "reject", {"reason": "not our patient"}).status_code == 200
    again = sample("01").replace(b"|P|2.5.1", b"-AGAIN|P|2.5.1", 1)  # another MSH-10
    assert api.send_hl7(again).status_code == 200
    api.drain()
    assert api.lines() == []


def test_pages_are_linked_and_complete(api, sample):
    original = sample("01")
    patient = original.split(b"PID|1||", 1)[1].split(b"^", 1)[0]
    for number in range(5):
        body = original.replace(patient, b"PAGE%d" % number).replace(b"|P|2.5.1", b"-%d|P|2.5.1" % number, 1)
        api.send_hl7(body)
    api.drain()
    seen, path = [], "/v1/candidates?limit=2"
    while path:
        answer = api.ask("GET", path)
        seen += [line["id"] for line in answer.json()["items"]]
        path = answer.json()["next"]
        assert (path is None) == ("Link" not in answer.headers)
    assert len(seen) == len(set(seen)) == 5


def test_a_line_of_another_facility_is_not_there(api, line):
    stranger = {"role": "coder", "facility": "south"}
    assert api.lines(**stranger) == []
    assert api.ask("GET", f"/v1/candidates/{line['id']}", **stranger).status_code == 404
    assert api.decide(line, "approve", **stranger).status_code == 404


def test_a_message_of_a_facilitys_feed_belongs_to_that_facility(api, sample):
    api.send_hl7(sample("01"), facility="south")
    api.drain()
    assert api.lines() == []
    assert [line["facility"] for line in api.lines(facility="south")] == ["south"]


def test_a_test_message_is_never_charged(api, sample):
    api.send_hl7(sample("01").replace(b"|P|2.5.1", b"|T|2.5.1", 1))
    api.drain()
    (line,) = api.lines()
    answer = api.decide(line, "approve")
    assert answer.status_code == 409
    assert "MSH-11" in answer.json()["detail"]


def test_a_line_brings_what_the_mappings_call_its_table_and_elements(api):
    imaging = {"name": "imaging.modality", "value": "ct", "source": {"path": "OBX[1]-5"}}
    asked = {"element": "catheter.disposition", "wording": "?", "blocking": True, "between": []}
    strange = {"name": "of.other.mappings", "value": "1", "source": {"path": "OBX[2]-5"}}
    content = {"elements": [imaging, strange], "questions": [asked]}
    with api.service.database.transaction() as store:
        ids, _ = store.procedures.lock([("main", "p1")])
        store.candidates.add("main", [(ids["main", "p1"], a_line(content=content))])
    (line,) = api.lines()
    titles = api.ask("GET", f"/v1/candidates/{line['id']}").json()["titles"]
    assert list(titles) == ["catheter.disposition", "imaging.modality", "neuraxial-injection"]
    assert titles["neuraxial-injection"] == "Neuraxial injections, 62320-62327"
    assert titles["imaging.modality"].startswith("Imaging that guided needle or catheter;")
