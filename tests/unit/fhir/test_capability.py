"""CapabilityStatement: states what the door takes."""

import orjson
import pytest
from fhirclient.models.capabilitystatement import CapabilityStatement

from service.fhir import admit, capability_statement


def test_the_statement_is_lawful_and_names_this_instance():
    statement = CapabilityStatement(capability_statement("https://cc.example/fhir", "1.2.3"))
    assert (statement.implementation.url, statement.software.version) == ("https://cc.example/fhir", "1.2.3")
    assert statement.fhirVersion == "4.0.1"


def test_every_type_that_is_stated_is_taken():
    stated = capability_statement("https://x", "1")["rest"][0]["resource"]
    kinds = [kind["type"] for kind in stated if {"code": "create"} in kind["interaction"]]
    assert "Procedure" in kinds
    for kind in kinds:
        body = f'{{"resourceType": "{kind}"}}'.encode()
        admission = admit(body, resource_type=kind, resource_id=None, method="POST", assigned_id="a")
        assert admission.status == (422 if kind == "Procedure" else 201)  # 422: read, and found empty


@pytest.mark.parametrize("kind", ["transaction", "batch", "message", "collection", "history", "searchset"])
def test_every_type_of_bundle_that_is_stated_is_taken(kind):
    assert kind in capability_statement("https://x", "1")["rest"][0]["documentation"]
    header = {"resource": {"resourceType": "MessageHeader", "id": "1"}}
    request = {"method": "POST", "url": "MessageHeader"}
    body = orjson.dumps({"resourceType": "Bundle", "type": kind, "entry": [{**header, "request": request}]})
    assert admit(body, resource_type=None, resource_id=None, method="POST", assigned_id="a").status == 200
