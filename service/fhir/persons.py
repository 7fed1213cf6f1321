"""Persons: what a message says of its patient, and of those who belong to him."""

from collections.abc import Iterator
from typing import Any, Final

import orjson

_OF_PERSONS: Final = frozenset({"Patient", "RelatedPerson"})
_SAID: Final = ("name", "address", "telecom", "contact")


def said_of_persons(body: bytes) -> Iterator[str]:
    """Names, addresses and contacts of every patient and related person in a resource or Bundle."""
    yield from _persons(orjson.loads(body))


def _persons(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("resourceType") in _OF_PERSONS:
            for name in _SAID:
                yield from _texts(value.get(name))
        children: Any = value.values()
    else:
        children = value if isinstance(value, list) else ()
    for child in children:
        yield from _persons(child)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _texts(child)
