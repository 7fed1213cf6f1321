"""Embedded documents: the files that OBX segments of type ED (encapsulated data) carry."""

from collections.abc import Iterator

from service.domain.attachment import Attachment, from_base64, held
from service.domain.errors import InputError
from service.domain.event import Event
from service.hl7.charset import decode
from service.hl7.message import Message, Segment

_AS_TEXT = frozenset({"", "A"})  # table 0299: no encoding


def embedded_in(event: Event) -> list[Attachment]:
    """The files in a message, in order; none where it is no message that can be read."""
    try:
        message = Message.parse(decode(event.body, event.charset or None).text)
    except InputError:
        return []
    return [file for obx in message.of("OBX") if _is_file(obx) for file in _files(obx)]


def _is_file(obx: Segment) -> bool:
    return obx.component(2, 1).strip().upper() == "ED"


def _files(obx: Segment) -> Iterator[Attachment]:
    title = obx.component(3, 2) or obx.component(3, 1)
    for number, repetition in enumerate(obx.repetitions(5), start=1):
        if repetition and repetition != '""':
            yield _file(obx, repetition, f"OBX[{obx.index}]-5[{number}]", title)


def _file(obx: Segment, repetition: str, path: str, title: str) -> Attachment:
    kind, subtype, encoding, data = (obx.component_of(repetition, n).strip() for n in (2, 3, 4, 5))  # ED.2-5
    stated = "/".join(part for part in (kind, subtype) if part)
    if encoding.upper() in _AS_TEXT:
        return held(path, stated, title, data.encode("utf-8", "replace"))
    if encoding.upper() == "HEX":
        return _from_hex(path, stated, title, data)
    if encoding.upper() == "BASE64":
        return from_base64(path, stated, title, data)
    return Attachment(path, stated, title, fault="ED.4 names no encoding of table 0299: A, Hex or Base64")


def _from_hex(path: str, stated: str, title: str, data: str) -> Attachment:
    try:
        return held(path, stated, title, bytes.fromhex(data))
    except ValueError:
        return Attachment(path, stated, title, fault="the file is not Hex: its sender must mend it")
