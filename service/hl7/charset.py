"""Bytes to text: byte order mark, MSH-18, and what senders do instead of what they declare."""

import codecs
import re

from service.domain.errors import Fault
from service.domain.frozen import frozen

_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MSH_UTF16LE, _MSH_UTF16BE = "MSH".encode("utf-16-le"), "MSH".encode("utf-16-be")
_LINE_END = re.compile(rb"[\r\n]")
_LAST_HEADER_FIELD = 17  # MSH-18 of a line split at the separator, which is itself MSH-1
_ESC = b"\x1b"  # ISO 2022 changes character sets by it, within seven bits

#: Table 0211, and the names met in the wild, as lower-case letters and digits -> Python codec.
_CODECS = {
    "ascii": "ascii",
    "usascii": "ascii",
    "isoir6": "ascii",
    "isoir13": "shift_jis",
    "isoir14": "iso2022_jp_ext",
    "isoir87": "iso2022_jp_ext",
    "isoir159": "iso2022_jp_ext",
    "gb180302000": "gb18030",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "ksx1001": "euc_kr",
    "euckr": "euc_kr",
    "big5": "big5hkscs",
    "shiftjis": "shift_jis",
    "unicode": "utf-8",
    "unicodeutf8": "utf-8",
    "utf8": "utf-8",
    "unicodeutf16": "utf-16",
    "utf16": "utf-16",
    "unicodeutf32": "utf-32",
    "utf32": "utf-32",
    "latin1": "iso8859_1",
    "windows1252": "cp1252",
    "cp1252": "cp1252",
    "windows1250": "cp1250",
    "windows1251": "cp1251",
    **{f"8859{part}": f"iso8859_{part}" for part in (*range(1, 12), 13, 14, 15)},
    **{f"iso8859{part}": f"iso8859_{part}" for part in (*range(1, 12), 13, 14, 15)},
}


#: Python codec -> what HTTP calls it, where that is another name. What is ASCII is UTF-8, too.
_HTTP_NAMES = {"ascii": "utf-8", "latin-1": "iso-8859-1", "utf-16-le": "utf-16le", "utf-16-be": "utf-16be"}


@frozen
class Decoded:
    """A message as text, and the Python codec that made it so."""

    text: str
    charset: str
    faults: tuple[Fault, ...] = ()


def decode(body: bytes, charset: str | None = None) -> Decoded:
    """Read bytes as text, for any bytes; what did not fit is said in `faults`.

    A byte order mark is believed before `charset` (what HTTP said, if anything), and that before MSH-18.
    """
    unicode = unicode_codec(body)
    if unicode:
        return _decode_as(unicode, body)
    if body.isascii() and _ESC not in body:
        return Decoded(body.decode("ascii"), "ascii")
    declared = charset or _declared(body)
    if not declared.strip():
        return _fall_back(body, ())
    codec = _CODECS.get(_plain(declared))
    if codec is None:
        return _fall_back(body, (_warning("the declared character set is not known"),))
    return _decode_as(codec, body)


def http_name_of(answer: bytes, wanted: str) -> str:
    """What HTTP calls the character set of an answer: the one that was wanted, where it is in that one."""
    decoded = decode(answer, wanted)
    try:
        fits = answer.decode(_CODECS[_plain(wanted)]) == decoded.text
    except (KeyError, UnicodeDecodeError):
        fits = False
    return wanted if fits else _HTTP_NAMES.get(decoded.charset, decoded.charset)


def unicode_codec(body: bytes) -> str:
    """The codec that a byte order mark names, or the zero bytes of "MSH" give away; "" if none does."""
    if body.startswith(_UTF32):
        return "utf-32"
    if body.startswith(_UTF16):
        return "utf-16"
    if body.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if body.startswith(_MSH_UTF16LE):
        return "utf-16-le"
    return "utf-16-be" if body.startswith(_MSH_UTF16BE) else ""


def _declared(body: bytes) -> str:
    """MSH-18; its first repetition may be empty (ASCII), the next name the sets that escapes change to."""
    header = _LINE_END.split(body.lstrip(), 1)[0]
    fields = header.split(header[3:4] or b"|")
    if len(fields) <= _LAST_HEADER_FIELD:
        return ""
    names = re.split(rb"[^A-Za-z0-9 ./_-]", fields[_LAST_HEADER_FIELD])
    return next((name.decode("ascii") for name in names if name.strip()), "")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _decode_as(codec: str, body: bytes) -> Decoded:
    try:
        return Decoded(body.decode(codec), codec.removesuffix("-sig"))
    except UnicodeDecodeError:
        return _fall_back(body, (_warning("the bytes do not fit the declared character set"),))


def _fall_back(body: bytes, faults: tuple[Fault, ...]) -> Decoded:
    try:
        return Decoded(body.decode("utf-8"), "utf-8", faults)
    except UnicodeDecodeError:
        guessed = _warning("the character set is a guess: neither declared nor UTF-8, read as Latin-1")
        return Decoded(body.decode("latin-1"), "latin-1", (*faults, guessed))


def _warning(message: str) -> Fault:
    return Fault("MSH-18", "102", message, "warning")
