"""The OpenAPI document: FastAPI's, with an example of every answer, made of the words of its fields."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI

from service.api.access import Unauthenticated
from service.api.example_words import WORDS
from service.api.media import FHIR
from service.api.once import MissingVersion
from service.api.problems import ProblemOut, described
from service.domain.errors import Fault, NotAllowed, StaleVersion, TryAgainLater
from service.fhir import outcome

Schema = dict[str, Any]

_PROBLEM: Final = "application/problem+json"


def _named(*errors: Exception) -> dict[str, Any]:
    """Known errors as examples."""
    shown = [described(error) for error in errors]
    return {each["title"]: {"value": each} for each in shown}


def _problem(description: str, *errors: Exception) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}
    return {
        "description": description,
        "content": {_PROBLEM: {"schema": schema, "examples": _named(*errors)}},
    }


def _outcome(description: str, fault: Fault) -> dict[str, Any]:
    content = {"schema": {"type": "object"}, "example": outcome([fault])}
    return {"description": description, "content": {FHIR: content}}


_MENDED: Final = "The request is to be mended"
_LATER: Final = "The service cannot do it now"
#: How operations describe what they answer instead: with problems, or under /fhir with OperationOutcomes.
PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": _problem(_MENDED, Unauthenticated(), NotAllowed()),
    "5XX": _problem(_LATER, TryAgainLater()),
}
OUTCOMES: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": _outcome(_MENDED, Fault("/status", "103", "status is one of requested, completed, cancelled")),
    "5XX": _outcome(_LATER, Fault("", "207", str(TryAgainLater()))),
}
#: What an operation that takes a version answers besides.
_STALE: Final = _named(StaleVersion(), MissingVersion())

_KINDS: Final[dict[str, type | tuple[type, ...]]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}
_PLAIN: Final[dict[str, Any]] = {"integer": 1, "number": 1.5, "boolean": False}
_FORMATS: Final = {"date-time": "2026-03-11T15:04:05Z", "date": "2026-03-11"}


class Application(FastAPI):
    """FastAPI, whose document shows an example of every answer."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            _illustrate(super().openapi())
        assert self.openapi_schema is not None
        return self.openapi_schema


def _illustrate(document: Schema) -> None:
    schemas = document["components"]["schemas"]
    schemas[ProblemOut.__name__] = ProblemOut.model_json_schema()
    for operation in (each for path in document["paths"].values() for each in path.values()):
        takes_version = any(each["name"] == "if-match" for each in operation.get("parameters", ()))
        for media_type, content in _answers(operation):
            if media_type == _PROBLEM:
                content["examples"] = content["examples"] | (_STALE if takes_version else {})
            elif "example" not in content:
                content["example"] = _example(content["schema"], "", schemas)


def _answers(operation: Schema) -> Iterator[tuple[str, Schema]]:
    """Each media type that an operation may answer with, and what is said of it."""
    for response in operation["responses"].values():
        yield from response.get("content", {}).items()


def _example(schema: Schema, field: str, schemas: dict[str, Schema]) -> Any:
    """A value that fits a schema; `field` is where it stands: "PostingOut.note"."""
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], field, schemas)
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], field, schemas)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "string")
    words = WORDS.get(field) or WORDS.get(field.rpartition(".")[2], ())
    fitting = [word for word in words if isinstance(word, _KINDS[kind])]
    return fitting[0] if fitting else _made(schema, kind, field, schemas)


def _made(schema: Schema, kind: str, field: str, schemas: dict[str, Schema]) -> Any:
    """A value of a field that has no word of its own."""
    if kind == "array":
        return [_example(schema.get("items", {}), field, schemas)]
    if kind == "object":
        fields = schema.get("properties", {})
        return {name: _example(each, f"{schema['title']}.{name}", schemas) for name, each in fields.items()}
    if kind == "string":
        return _FORMATS.get(schema.get("format", ""), "")
    return _PLAIN[kind]
