"""Embedded files of FHIR: Attachments and Binaries, wherever they stand; nothing is fetched."""

import json

from service.domain.event import Event, Format
from service.fhir import embedded_in

PDF = {"contentType": "application/pdf", "data": "JVBERi0xLjQ=", "title": "Report"}


def files(resource):
    body = resource if isinstance(resource, bytes) else json.dumps(resource).encode()
    return embedded_in(Event("e", "main", Format.FHIR, "A", "Bundle", "1", 0.0, 1, body))


def test_they_are_found_wherever_they_stand():
    report = {"resourceType": "DiagnosticReport", "presentedForm": [PDF]}
    document = {"resourceType": "DocumentReference", "content": [{"attachment": PDF}]}
    binary = {"resourceType": "Binary", "contentType": "application/pdf", "data": "JVBERi0xLjQ="}
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": {**report, "contained": [document]}}, {"resource": binary}],
    }
    found = files(bundle)
    assert {file.path for file in found} == {
        "Bundle.entry[0].resource.presentedForm[0]",
        "Bundle.entry[0].resource.contained[0].content[0].attachment",
        "Bundle.entry[1].resource",
    }
    assert {file.opened() for file in found} == {b"%PDF-1.4"}


def test_one_that_stands_elsewhere_is_told_of_and_not_fetched():
    (file,) = files(
        {
            "resourceType": "DocumentReference",
            "content": [
                {"attachment": {"contentType": "application/pdf", "url": "https://example.org/secret"}}
            ],
        }
    )
    assert "nothing is fetched" in file.fault
    assert "example.org" not in file.fault


def test_what_is_none_is_none():
    assert files({"resourceType": "Observation", "valueSampledData": {"data": "1 2 3"}}) == []
    assert files(b"no JSON") == []
