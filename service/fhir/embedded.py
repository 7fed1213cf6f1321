"""Embedded files: the Attachments and Binaries of a message. Nothing is fetched from a url."""

from collections.abc import Iterator
from typing import Any

from service.domain.attachment import Attachment, from_base64
from service.domain.errors import InputError
from service.domain.event import Event
from service.fhir.resource import as_text, read_resource

_ELSEWHERE = "the file stands elsewhere, and nothing is fetched from there: look at it in the source system"


def embedded_in(event: Event) -> list[Attachment]:
    """The files in a message, in order; none where it is no resource that can be read."""
    try:
        root = read_resource(event.body)
    except InputError:
        return []
    return [_file(found, path) for found, path in _objects(root, root["resourceType"]) if _is_file(found)]


def _objects(value: Any, path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every JSON object below a value, and where it stands; how deep, the door has bounded."""
    if isinstance(value, dict):
        yield value, path
        for name, child in value.items():
            yield from _objects(child, f"{path}.{name}")
    elif isinstance(value, list):
        for n, child in enumerate(value):
            yield from _objects(child, f"{path}[{n}]")


def _is_file(found: dict[str, Any]) -> bool:
    """Whether it is an Attachment or a Binary: nothing else in FHIR has such a pair."""
    return isinstance(found.get("contentType"), str) and any(
        isinstance(found.get(name), str) for name in ("data", "url")
    )


def _file(found: dict[str, Any], path: str) -> Attachment:
    stated, title = as_text(found["contentType"]), as_text(found.get("title"))
    if not isinstance(found.get("data"), str):
        return Attachment(path, stated, title, fault=_ELSEWHERE)
    return from_base64(path, stated, title, found["data"])
