"""Files out of a line's messages: listed with its documents, saved by whom may read them, and audited."""

import json

import pytest

PDF = "JVBERi0xLjQgc2VjcmV0"  # %PDF-1.4 secret


def with_files(sample, *values):
    lines = [f"OBX|{n}|ED|SCAN^Scan^L||{value}||||||F" for n, value in enumerate(values, start=30)]
    return sample("01") + "".join(f"{line}\r" for line in lines).encode()


@pytest.fixture
def charted(api, sample):
    """A line whose message carries a PDF and one that is damaged."""
    body = with_files(sample, f"^application^pdf^Base64^{PDF}", "^application^pdf^Base64^%damaged%")
    assert b"MSA|CA|" in api.send_hl7(body).content
    api.drain()
    (line,) = api.lines()
    (document,) = api.ask("GET", f"/v1/candidates/{line['id']}").json()["documents"]
    return line["id"], document


def download(api, line, event, number, **more):
    return api.ask("GET", f"/v1/candidates/{line}/documents/{event}/attachments/{number}", **more)


def audited(api):
    entries = api.ask("GET", "/v1/audit", role="auditor").json()
    return [entry for entry in entries if entry["action"] == "download"]


def test_they_are_listed_with_the_document_that_carries_them(charted):
    _, document = charted
    told = [
        (file["number"], file["path"], file["title"], file["media_type"], file["size"])
        for file in document["attachments"]
    ]
    assert told == [
        (1, "OBX[13]-5[1]", "Scan", "application/pdf", 15),
        (2, "OBX[14]-5[1]", "Scan", "", 0),
    ]
    assert "not Base64" in document["attachments"][1]["fault"]


def test_one_is_handed_out_to_be_saved_and_not_to_be_run(api, charted):
    line, document = charted
    answer = download(api, line, document["event"], 1)
    assert (answer.status_code, answer.content) == (200, b"%PDF-1.4 secret")
    name = f"document-{document['event'][:8]}-1.pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers.get_list("Content-Security-Policy") == [
        "sandbox; default-src 'none'; frame-ancestors 'none'"
    ]
    (entry,) = audited(api)
    assert (entry["actor"], entry["object_id"]) == ("coder of main", document["event"])


def test_a_damaged_one_is_answered_and_its_message_kept(api, charted):
    line, document = charted
    answer = download(api, line, document["event"], 2)
    assert (answer.status_code, answer.json()["errors"][0]["location"]) == (422, "OBX[14]-5[1]")
    assert "%damaged%" in document["text"]
    assert audited(api) == []


def test_nobody_else_gets_it(api, charted, sample):
    line, document = charted
    assert download(api, line, document["event"], 1, facility="elsewhere").status_code == 404
    assert download(api, line, document["event"], 1, role="feed").status_code == 403
    other = sample("01").replace(b"NOR-000101", b"OTHER").replace(b"4401", b"77").replace(b"8801", b"78")
    api.send_hl7(other)
    api.drain()
    (another,) = [each["id"] for each in api.lines() if each["id"] != line]
    assert download(api, another, document["event"], 1).status_code == 404
    assert audited(api) == []


@pytest.mark.parametrize(("number", "status"), [("3", 404), ("0", 422), ("x", 422), ("9" * 30, 422)])
def test_a_number_that_is_none_finds_nothing(api, charted, number, status):
    line, document = charted
    assert download(api, line, document["event"], number).status_code == status


def test_of_a_resource_that_came_alone_they_are_found_too(api, sample):
    """A DocumentReference of its own says more of the Procedure: its words, and its files."""
    procedure = {**json.loads(sample("procedure.json")), "id": "p-files"}
    report = {
        "resourceType": "DocumentReference",
        "id": "d-files",
        "status": "current",
        "docStatus": "final",
        "context": {"related": [{"reference": "Procedure/p-files"}]},
        "content": [{"attachment": {"contentType": "application/pdf", "data": PDF, "title": "Report"}}],
    }
    for resource in (procedure, report):
        path = f"/fhir/{resource['resourceType']}/{resource['id']}"
        headers = {"Content-Type": "application/fhir+json"}
        sent = api.ask("PUT", path, role="feed", content=json.dumps(resource), headers=headers)
        assert sent.status_code < 300, sent.text
    api.drain()
    line = api.lines()[0]["id"]
    documents = api.ask("GET", f"/v1/candidates/{line}").json()["documents"]
    (event,) = [each["event"] for each in documents if each["attachments"]]
    assert download(api, line, event, 1).content == b"%PDF-1.4 secret"
