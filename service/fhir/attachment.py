"""Attachments: the text of one that brings its words along. Nothing is fetched from a url."""

import base64
import binascii
from typing import Any

from service.fhir.resource import as_text
from service.fhir.xhtml import text_of

_PLAIN, _HTML = "text/plain", ("text/html", "application/xhtml+xml")


def attachment_text(attachment: Any) -> str:
    """The words of an Attachment; "" when it brings none that can be read as they are."""
    if not isinstance(attachment, dict):
        return ""
    kind, _, parameters = as_text(attachment.get("contentType")).lower().partition(";")
    kind = kind.strip()
    if kind != _PLAIN and kind not in _HTML:
        return ""
    try:
        data = base64.b64decode("".join(as_text(attachment.get("data")).split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    text = _decoded(data, parameters)
    return text_of(text) if kind in _HTML else text.replace("\r\n", "\n").replace("\x00", "")


def _decoded(data: bytes, parameters: str) -> str:
    """As the charset says; what is said wrongly, or not at all, is UTF-8, or else what Windows writes."""
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(' "')
    for encoding in (charset or "utf-8-sig", "utf-8-sig"):
        try:
            return data.decode(encoding)
        except (LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")
