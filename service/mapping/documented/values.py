"""How the text of a field is read as a value: one reader a type."""

import re
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.domain.documentation import Value
from service.mapping.documented.spinal_levels import spinal_level

_BOOLEANS = {"true": True, "yes": True, "y": True, "false": False, "no": False, "n": False}
_SEPARATORS = re.compile(r"[\s_-]+")
_INTEGER = re.compile(r"[0-9]{1,9}")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9.]{0,19}")
_PLACE_OF_SERVICE = re.compile(r"[0-9]{2}")
_YEARS = range(1900, 2200)  # so that a change of time zone stays within the calendar
_DATE = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})", re.ASCII)
#: HL7 v2 DTM with its offset (2A.21): YYYYMMDDHHMM[SS[.S[S[S[S]]]]]+/-ZZZZ.
_DTM = re.compile(r"([0-9]{8})([0-9]{4})([0-9]{2})?(\.[0-9]{1,4})?([+-][0-9]{4})", re.ASCII)


def plain(text: str) -> str:
    """How two spellings are compared: case, spaces, hyphens and underscores make no difference."""
    return _SEPARATORS.sub(" ", text).strip().lower()


def _boolean(text: str) -> bool:
    found = _BOOLEANS.get(plain(text))
    if found is None:
        raise ValueError(text)
    return found


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text.strip()):
        raise ValueError(text)
    return int(text)


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(text)
    return float(text)


def _date(text: str) -> str:
    found = _DATE.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    return date(*map(int, found.groups())).isoformat()


def day_or_none(text: str) -> str | None:
    """The day that a text says, without a time; None where it says none."""
    try:
        return _date(text)
    except ValueError:
        return None


def _datetime(text: str) -> str:
    """ISO 8601 with an offset: a clock time without one does not say on which calendar day it falls."""
    if found := _DTM.fullmatch(text.strip()):
        day, clock, second, _fraction, offset = found.groups()
        text = f"{day}T{clock}{second or '00'}{offset}"
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None or moment.year not in _YEARS:
        raise ValueError(text)
    return moment.isoformat()


def _timezone(text: str) -> str:
    try:
        return ZoneInfo(text.strip()).key
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(text) from None


def _code(text: str) -> str:
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        raise ValueError(text)
    return code


def _place_of_service(text: str) -> str:
    """CMS's place of service codes are two digits; 2 is not 02."""
    if not _PLACE_OF_SERVICE.fullmatch(text.strip()):
        raise ValueError(text)
    return text.strip()


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError(text)
    return text.strip()


#: By type of element. Each raises ValueError for text that it cannot read.
READERS: dict[str, Callable[[str], Value]] = {
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "datetime": _datetime,
    "timezone": _timezone,
    "spinal_level": spinal_level,
    "code": _code,
    "place_of_service": _place_of_service,
    "text": _text,
}
