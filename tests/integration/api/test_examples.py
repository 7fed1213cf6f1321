"""What the OpenAPI document shows: every body has an example, and it is taken as it is shown."""

import json
import re

ROLES = {"/hl7": "feed", "/fhir": "feed", "/v1/quarantine": "admin"}
REFUSED_SHAPES = {400, 415, 422}


def examples_of(api):
    """(method, path, media type, example) of every operation with a body; None where it shows none."""
    document = api.client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
                yield method, path, media_type, content.get("example") or shown(content["schema"], document)


def shown(schema, document):
    (reference, *_) = (each["$ref"] for each in (schema, *schema.get("anyOf", [])) if "$ref" in each)
    named = document["components"]["schemas"][reference.rpartition("/")[2]]
    return next(iter(named.get("examples", [])), None)


def sent(api, method, path, media_type, example):
    """The answer to an example as it is shown, about something that does not exist."""
    role = next((role for start, role in ROLES.items() if path.startswith(start)), "lead")
    named = path.replace("{resource_type}", "Procedure").replace("{resource_id}", "example")
    content = example if isinstance(example, str) else json.dumps(example)
    headers = {"Content-Type": media_type} | ({"If-Match": '"1"'} if path.startswith("/v1") else {})
    return api.ask(method, re.sub(r"{\w+}", "none", named), role=role, headers=headers, content=content)


def test_every_body_has_an_example_that_is_taken_as_it_is_shown(api):
    examples = list(examples_of(api))
    assert [path for _, path, _, example in examples if example is None] == []
    assert len(examples) > 25
    answers = {path: sent(api, *each).status_code for each in examples for path in (each[1],)}
    assert {path: status for path, status in answers.items() if status in REFUSED_SHAPES} == {}
    assert max(answers.values()) < 500


def test_what_an_example_sends_comes_into_the_queue(api):
    for each in examples_of(api):
        if each[1].startswith(("/hl7", "/fhir")):
            assert sent(api, *each).is_success
    api.drain()
    assert {(line["code"], line["status"]) for line in api.lines()} == {("", "waiting")}


def test_every_operation_says_what_it_does(api):
    paths = api.client.get("/openapi.json").json()["paths"]
    silent = [
        (method, path)
        for path, methods in paths.items()
        for method in methods
        if not methods[method].get("description")
    ]
    assert silent == []
