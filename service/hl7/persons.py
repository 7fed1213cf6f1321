"""Persons: what a message says of its patient, and of those who belong to him."""

from collections.abc import Iterator
from typing import Final

from service.hl7.charset import decode
from service.hl7.escapes import unescape
from service.hl7.message import Message

_OF_PERSONS: Final = frozenset({"PID", "NK1"})


def said_of_persons(body: bytes, charset: str | None) -> Iterator[str]:
    """The text of PID and NK1, all their fields."""
    message = Message.parse(decode(body, charset).text)
    for segment in message.segments:
        if segment.name in _OF_PERSONS:
            yield unescape(segment.raw, segment.separators)
