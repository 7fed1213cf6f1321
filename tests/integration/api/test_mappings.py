"""The mappings over the API: what is loaded, a table in words, and a message that is tried and not kept."""

import dataclasses
import json

from sqlalchemy import func, select

from service.store.tables import candidate, event
from tests.programs import REPOSITORY

NOTE = "02-mdm-t02-lumbar-injection"


def tried(api, message, path="try", **more):
    body = {"message": message.decode() if isinstance(message, bytes) else message, **more}
    return api.ask("POST", f"/v1/mappings/{path}", role="admin", json=body)


def kept(api):
    """How many messages and lines the database holds."""
    with api.service.database.look() as store:
        connection = store.transaction.connection
        return [connection.scalar(select(func.count()).select_from(each)) for each in (event, candidate)]


def test_what_is_loaded_is_told_with_its_tables_and_whether_it_is_what_was_published(api):
    loaded = api.ask("GET", "/v1/mappings").json()
    assert loaded["published"] is None
    assert loaded["changed_on_disk"] is False
    names = [table["name"] for table in loaded["tables"]]
    files = [
        path.stem
        for folder in ("tables", "algorithms")
        for path in (REPOSITORY / "mappings" / folder).glob("*.yaml")
    ]
    assert names == sorted(files)
    (table,) = [each for each in loaded["tables"] if each["name"] == "neuraxial-injection"]
    assert (table["days"], table["rows"], table["owner"]) == ("from 2017-01-01", 8, "pain coding")
    assert table["codes"][-1] == "62327"
    assert len(table["unsettled"]) == 3
    with api.service.database.transaction() as store:
        store.publications.publish(loaded["digest"], by="ann", tables=29, feeds=10)
    published = api.ask("GET", "/v1/mappings").json()["published"]
    assert (published["digest"], published["by"]) == (loaded["digest"], "ann")


def test_files_that_were_edited_since_the_start_are_told_of(api):
    parts = api.client.app.state.parts
    api.client.app.state.parts = dataclasses.replace(parts, digest_on_disk=lambda: "another")
    assert api.ask("GET", "/v1/mappings").json()["changed_on_disk"] is True


def test_a_table_is_read_as_sentences_and_one_that_is_none_is_not_found(api):
    table = api.ask("GET", "/v1/mappings/neuraxial-injection").json()
    assert table["columns"] == ["region", "guided", "dwell", "code"]
    assert table["rows"][7] == {
        "number": 8,
        "cells": ["lumbar_sacral", "true", "multi_day", "62327"],
        "code": "62327",
        "days": "",
    }
    assert "target is one of epidural, subarachnoid" in table["gate"]
    assert [
        "imaging.modality",
        "Please state which imaging, if any, guided needle or catheter placement.",
    ] in (table["questions"])
    assert api.ask("GET", "/v1/mappings/neuraxial").status_code == 404


def test_a_message_is_tried_as_it_would_be_read_and_nothing_of_it_is_kept(api, sample):
    found = tried(api, sample(NOTE))
    assert found.status_code == 200, found.text
    (message,) = found.json()["messages"]
    assert (message["feed"], message["ack"]) == ("generic-mdm", {"code": "AA", "errors": []})
    assert message["document"]["text"].startswith("MSH|")
    (procedure,) = message["procedures"]
    (line,) = procedure["candidates"]
    assert (line["code"], line["table"]) == ("62323", "neuraxial-injection")
    assert {each["name"] for each in line["evidence"]} >= {"imaging.modality", "entry_levels"}
    assert all(each["source"]["event"] == message["document"]["event"] for each in procedure["elements"])
    assert kept(api) == [0, 0]
    trail = api.ask("GET", "/v1/audit", role="auditor").json()
    assert [(row["actor"], row["action"], row["count"]) for row in trail][:1] == [
        ("admin of main", "mappings.try", 1)
    ]


def test_a_fhir_resource_and_several_messages_are_tried_too(api, sample):
    (message,) = tried(api, sample("procedure.json")).json()["messages"]
    assert message["ack"]["code"] == "AA"
    assert message["procedures"][0]["candidates"] or message["procedures"][0]["questions"]
    both = sample(NOTE).rstrip(b"\r") + b"\r" + sample("03-")
    assert len(tried(api, both).json()["messages"]) == 2
    many = (sample(NOTE).rstrip(b"\r") + b"\r") * 21
    answer = tried(api, many)
    assert answer.status_code == 422
    assert "at most 20 messages" in answer.text


def test_what_would_be_refused_says_so_where_and_why(api):
    (message,) = tried(api, "MSH|^~\\&|A|B|||20260301||XYZ^Q99|1|P|2.5.1\rZZZ|1").json()["messages"]
    assert message["ack"]["code"] == "AR"
    assert message["ack"]["errors"][0]["location"].startswith("MSH-9")
    assert message["set_aside"]
    (garbage,) = tried(api, "no message at all").json()["messages"]
    assert garbage["ack"]["code"] in ("AE", "AR")
    assert tried(api, '{"resourceType": "Procedure"}').json()["messages"][0]["procedures"] == []
    assert tried(api, '{"broken').json()["messages"][0]["ack"]["code"] == "AE"


def test_a_feed_that_does_not_read_such_messages_is_refused(api, sample):
    assert tried(api, sample(NOTE), feed="generic-mdm").json()["messages"][0]["feed"] == "generic-mdm"
    for feed in ("generic-fhir-procedure", "nobody"):
        answer = tried(api, sample(NOTE), feed=feed)
        assert (answer.status_code, "/feed" in answer.text) == (422, True)


def test_text_is_text_whatever_msh_18_says_of_bytes(api, sample):
    message = sample(NOTE).decode().replace("|2.5.1", "|2.5.1||||||8859/1", 1) + "NTE|1||Zoë\r"
    (told,) = tried(api, message).json()["messages"]
    assert "Zoë" in told["document"]["text"]
    answer = api.client.post(
        "/v1/mappings/try",
        content=json.dumps({"message": "\ud800"}),
        headers={"Authorization": f"Bearer {api.token('admin')}", "Content-Type": "application/json"},
    )
    assert answer.status_code == 422


def test_a_code_that_did_not_come_is_told_what_it_would_need(api, sample):
    (message,) = tried(api, sample(NOTE)).json()["messages"]
    first, *others = message["procedures"][0]["explained"]
    assert "row 4 holds: 62323" in first["lines"]
    assert {each["lines"][-1] for each in others} == {"so it says nothing"}
    (why_not,) = tried(api, sample(NOTE), "why-not", code="62327").json()
    needed, *others = why_not["tables"][0]["lines"]
    assert needed.startswith("row 8 needs dwell = multi_day; it is one_day")
    assert "It would be documented by:" in needed
    assert len(others) == 2
    assert all(other.startswith("  or by: status is ") for other in others)
    (unknown,) = tried(api, sample(NOTE), "why-not", code="99999").json()
    assert unknown["tables"] == []
    assert tried(api, sample(NOTE), "why-not", code="a name").status_code == 422
