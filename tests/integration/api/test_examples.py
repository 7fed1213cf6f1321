"""What the OpenAPI document shows: examples of bodies, which are taken, and of answers, which fit."""

import json
import re

import pytest
from fhirclient.models.fhirelementfactory import FHIRElementFactory
from pydantic import TypeAdapter

from service.api.example_words import WORDS
from service.api.problems import ProblemOut

ROLES = {"/hl7": "feed", "/fhir": "feed", "/v1/quarantine": "admin"}
REFUSED_SHAPES = {400, 415, 422}


def examples_of(document):
    """(method, path, media type, example) of every operation with a body; None where it shows none."""
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


def test_every_body_has_an_example_that_is_taken_as_it_is_shown(api, document):
    examples = list(examples_of(document))
    assert [path for _, path, _, example in examples if example is None] == []
    assert len(examples) > 25
    answers = {path: sent(api, *each).status_code for each in examples for path in (each[1],)}
    assert {path: status for path, status in answers.items() if status in REFUSED_SHAPES} == {}
    assert max(answers.values()) < 500


def test_what_an_example_sends_comes_into_the_queue(api, document):
    for each in examples_of(document):
        if each[1].startswith(("/hl7", "/fhir")):
            assert sent(api, *each).is_success
    api.drain()
    assert {(line["code"], line["status"]) for line in api.lines()} == {("", "waiting")}


def test_every_operation_says_what_it_does(document):
    silent = [
        (method, path)
        for path, methods in document["paths"].items()
        for method in methods
        if not methods[method].get("description")
    ]
    assert silent == []


def answers_of(document):
    """(operation, status, media type, examples) of all that operations may answer with."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                for media_type, content in response.get("content", {"": {}}).items():
                    shown = [each["value"] for each in content.get("examples", {}).values()]
                    yield f"{method} {path}", status, media_type, shown or [content.get("example")]


def shapes(api):
    """Operation -> what its answer is checked by when it is given."""
    routers = [
        route.original_router
        for route in api.service.application().routes
        if hasattr(route, "original_router")
    ]
    return {
        f"{method.lower()} {route.path}": TypeAdapter(route.response_model)
        for router in routers
        for route in router.routes
        for method in route.methods
    }


def texts(value, field=""):
    """(field, text) of each text in an example."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from texts(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each, field)
    elif isinstance(value, str):
        yield field, value


def test_every_operation_shows_an_answer_and_what_it_says_when_it_has_none(document):
    shown = {}
    for operation, status, media_type, examples in answers_of(document):
        shown.setdefault(operation, set()).add(status)
        assert media_type or status == "204", f"{operation} {status} shows no content"
        assert status == "204" or None not in examples, f"{operation} {status} shows no example"
    assert len(shown) > 70
    assert [operation for operation, statuses in shown.items() if not {"4XX", "5XX"} <= statuses] == []


def test_every_answer_that_is_shown_fits_its_shape(api, document):
    shape_of, problem, text = shapes(api), TypeAdapter(ProblemOut), TypeAdapter(str)
    for operation, _, media_type, examples in answers_of(document):
        json_shape = problem if media_type == "application/problem+json" else shape_of[operation]
        for example in filter(None, examples):
            if media_type == "application/fhir+json":
                FHIRElementFactory.instantiate(example["resourceType"], example)  # raises where it is none
            else:
                shape = (
                    json_shape if media_type.endswith("json") and isinstance(example, dict | list) else text
                )
                shape.validate_json(json.dumps(example), strict=True)


def test_what_is_shown_of_problems_is_what_is_answered(api, line, document):
    shown = {
        operation: examples for operation, status, _, examples in answers_of(document) if status == "4XX"
    }
    at = f"/v1/candidates/{line['id']}/approve"
    answered = [
        api.client.post(at),
        api.ask("POST", at, role="auditor"),
        api.ask("POST", at, headers={"If-Match": '"9"'}),
        api.ask("POST", at),
    ]
    kinds = [(each.json()["type"], each.status_code) for each in answered]
    assert kinds == [
        (each["type"], each["status"]) for each in shown["post /v1/candidates/{identifier}/approve"]
    ]
    assert len(shown["get /v1/candidates"]) == 2, "an operation that takes no version does not tell of one"


def test_every_text_of_an_answer_has_its_words(document):
    known = {name.rpartition(".")[2] for name in WORDS}
    empty = {
        field
        for _, _, _, examples in answers_of(document)
        for example in examples
        for field, text in texts(example)
        if not text
    }
    assert empty <= known


#: In the place of what the document says of a field: what JSON writes for another kind of thing.
OTHERS = {
    "date": 20260301,  # which some readers of ISO 8601 take
    "date-time": 20260301,
    "integer": "1",
    "boolean": 0,
    "string": 1,
    "array": "one",
    "object": [],
}


def kind_of(schema):
    plain = next((each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"), schema)
    return next(kind for kind in (plain.get("format"), plain.get("type"), "object") if kind in OTHERS)


def test_a_thing_of_another_kind_than_the_document_says_is_refused(api, document):
    taken = []
    for method, path, media_type, example in examples_of(document):
        schema = document["paths"][path][method]["requestBody"]["content"][media_type]["schema"]
        (name, *_) = [each["$ref"] for each in (schema, *schema.get("anyOf", [])) if "$ref" in each] or [""]
        fields = document["components"]["schemas"].get(name.rpartition("/")[2], {}).get("properties", {})
        for field, said in fields.items():
            if not said.keys() - {"title"}:
                continue  # anything
            wrong = example | {field: OTHERS[kind_of(said)]}
            if sent(api, method, path, media_type, wrong).status_code not in REFUSED_SHAPES:
                taken.append((path, field))
    assert taken == []


@pytest.mark.parametrize("written", ["0", "20260301", "2026-W10-1"])
def test_a_day_in_a_query_is_written_in_one_way(api, document, written):
    for path, operations in document["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", []):
            if kind_of(parameter["schema"]).startswith("date"):
                query = {parameter["name"]: written}
                answers = [
                    api.ask("GET", path, role=role, params=query).status_code for role in ("lead", "auditor")
                ]
                assert 422 in answers, (path, query)


@pytest.mark.parametrize("unstorable", ["1" + "0" * 30, r'"\ud800"', "[" * 300 + "]" * 300])
def test_json_that_cannot_be_stored_is_refused_and_not_stumbled_over(api, line, unstorable):
    draft = f"/v1/candidates/{line['id']}/draft"
    for method, path, body in (
        ("PUT", "/v1/me/settings", '{"settings": {"a": %s}}'),
        ("PUT", draft, '{"content": {"a": %s}}'),
        ("POST", "/v1/questions/none/answer", '{"value": %s, "answered_by": "Dr. Testperson"}'),
    ):
        headers = {"Content-Type": "application/json", "If-Match": '"1"'}
        answer = api.ask(method, path, headers=headers, content=body % unstorable)
        assert answer.status_code in REFUSED_SHAPES, (path, answer.text)
