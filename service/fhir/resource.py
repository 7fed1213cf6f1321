"""A resource out of bytes: strict JSON, so that nothing later stumbles over what the door let in."""

import codecs
import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

import orjson

from service.domain.errors import Fault, UnreadableInput, UnsupportedInput

Resource = dict[str, Any]

#: FHIR nests about twenty deep; far below this, a parser's own limits would decide.
MAX_DEPTH = 100
_TYPE = re.compile(r"[A-Z][A-Za-z]{0,63}")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def is_id(text: object) -> bool:
    """Whether this is a FHIR `id`."""
    return isinstance(text, str) and bool(_ID.fullmatch(text))


def is_type(text: object) -> bool:
    """Whether this could be the name of a resource type."""
    return isinstance(text, str) and bool(_TYPE.fullmatch(text))


def as_text(value: Any) -> str:
    """A primitive value as text; "" for anything else."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None or isinstance(value, dict | list) else str(value)


def listed(value: Any) -> list[Any]:
    """FHIR lists; R5 has lists where R4 has one, and senders mix them up."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def version_of(resource: Any) -> str:
    """The versionId that a resource brings; "" = none."""
    meta = resource.get("meta") if isinstance(resource, dict) else None
    return as_text(meta.get("versionId")) if isinstance(meta, dict) else ""


def assign_id(body: bytes) -> str:
    """The id of a resource that came without one.

    Made of the bytes: a sender who repeats a request, because the answer was lost, is given the same id
    again, and a later version that is PUT under it is known as one of the same resource.
    """
    return hashlib.sha256(body).hexdigest()[:32]


def read_resource(body: bytes) -> Resource:
    """Parse one resource; UnreadableInput, or UnsupportedInput for XML."""
    value = _read_json(body.removeprefix(codecs.BOM_UTF8))
    if not isinstance(value, dict):
        raise UnreadableInput(Fault("", "102", "the JSON is not an object: a FHIR resource is one"))
    if "resourceType" not in value:
        raise UnreadableInput(Fault("resourceType", "101", "there is no resourceType: this is not FHIR"))
    if not is_type(value["resourceType"]):
        raise UnreadableInput(Fault("resourceType", "102", "the resourceType is not the name of a resource"))
    if "id" in value and not is_id(value["id"]):
        location = f"{value['resourceType']}.id"
        raise UnreadableInput(Fault(location, "102", "an id is 1 to 64 letters, digits, '-' or '.'"))
    return value


def _read_json(body: bytes) -> Any:
    if body.lstrip()[:1] == b"<":
        raise UnsupportedInput(Fault("", "200", "XML is not taken here: send application/fhir+json"))
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise UnreadableInput(Fault("", "102", f"this is not JSON in UTF-8: {place}")) from None
    _refuse_unsafe(value)
    try:
        json.loads(body, object_pairs_hook=_refuse_twins)
    except _Twins:
        raise UnreadableInput(Fault("", "102", "a JSON object has two properties of one name")) from None
    return value


def _refuse_unsafe(value: Any) -> None:
    layer = [value]
    for _ in range(MAX_DEPTH):
        if any(isinstance(item, str) and "\x00" in item for item in layer):
            raise UnreadableInput(Fault("", "102", "a string holds the character NUL"))
        layer = [child for item in layer for child in _children(item)]
        if not layer:
            return
    raise UnreadableInput(Fault("", "102", f"the JSON is nested more than {MAX_DEPTH} deep"))


def _children(item: Any) -> Iterable[Any]:
    if isinstance(item, dict):
        return item.values()
    return item if isinstance(item, list) else ()


class _Twins(ValueError):
    """Which of two properties is meant, nobody can say: parsers differ."""


def _refuse_twins(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise _Twins
