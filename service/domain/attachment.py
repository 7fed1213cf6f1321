"""Attachments: files that a message carries within it. They are kept as they came, and never read as text."""

import base64
import binascii
import re
from dataclasses import field
from typing import Final

from service.domain.errors import Fault, UnreadableInput
from service.domain.frozen import frozen

#: What the first bytes say: (they begin with, media type, ending of a file name).
_KINDS: Final = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"GIF8", "image/gif", "gif"),
    (b"II*\x00", "image/tiff", "tif"),
    (b"MM\x00*", "image/tiff", "tif"),
    (b"{\\rtf", "application/rtf", "rtf"),
)
_TEXT: Final = ("text/plain; charset=utf-8", "txt")  # also markup: saved so, no browser runs it
_UNKNOWN: Final = ("application/octet-stream", "bin")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SPACE: Final = re.compile(r"\s+")
LONGEST: Final = 64 * 2**20  # bytes of one file


@frozen
class Attachment:
    """A file within a message, and where it stands there."""

    path: str  # OBX[3]-5[1], Bundle.entry[0].resource.content[0].attachment
    stated_type: str  # as the sender names it: "application/pdf", "PDF"
    title: str  # as the sender names it; it may name the patient
    data: bytes = field(default=b"", repr=False)
    fault: str = ""  # why it cannot be handed out; the message is kept all the same

    @property
    def media_type(self) -> str:
        """What the file is by its own bytes: what a sender says of it is no reason to run it."""
        return _kind_of(self.data)[0]

    def file_name(self, stem: str) -> str:
        """A name to save it under, of our own making: a sender's would be a path, or a patient."""
        return f"{stem}.{_kind_of(self.data)[1]}"

    def opened(self) -> bytes:
        """Its bytes; UnreadableInput where it cannot be handed out."""
        if self.fault:
            raise UnreadableInput(Fault(self.path, "102", self.fault))
        return self.data


def from_base64(path: str, stated_type: str, title: str, text: str) -> Attachment:
    """A file out of its Base64; line breaks in it count for nothing."""
    packed = _SPACE.sub("", text)
    if len(packed) // 4 * 3 > LONGEST:
        return Attachment(path, stated_type, title, fault=f"the file is larger than {LONGEST} bytes")
    try:
        data = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return Attachment(path, stated_type, title, fault="the file is not Base64: its sender must mend it")
    return held(path, stated_type, title, data)


def held(path: str, stated_type: str, title: str, data: bytes) -> Attachment:
    """A file whose bytes are here."""
    fault = "" if data else "there is no file in it"
    return Attachment(path, stated_type, title, data, fault)


def _kind_of(data: bytes) -> tuple[str, str]:
    for start, media_type, ending in _KINDS:
        if data.startswith(start):
            return media_type, ending
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _UNKNOWN
    return _UNKNOWN if _CONTROL.search(text) else _TEXT
