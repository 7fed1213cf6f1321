"""HL7 times (`YYYY[MM[DD[HH[MM[SS[.S]]]]]][+-ZZZZ]`) as sortable digits and as ISO dates."""

import re
from datetime import date, datetime

_TIME = re.compile(
    r"(?P<digits>\d{4}(?:\d{2}){0,5})(?:\.(?P<fraction>\d{1,6}))?(?P<offset>[+-]\d{4})?", re.ASCII
)
_TO_THE_SECOND = 14  # digits


def version_digits(text: str) -> str:
    """Digits that sort by time; of a time with an offset, in UTC. "" when there is no time in it."""
    match = _TIME.match(text.strip())
    if match is None:
        return ""
    digits = match["digits"]
    if match["offset"] and len(digits) == _TO_THE_SECOND:
        digits = _in_utc(digits, match["offset"])
    return digits + (match["fraction"] or "")


def iso_date(text: str) -> str:
    """The date of an HL7 time as YYYY-MM-DD, with the precision it has; "" when it is none."""
    match = _TIME.match(text.strip())
    if match is None:
        return ""
    digits = match["digits"]
    parts = [part for part in (digits[:4], digits[4:6], digits[6:8]) if part]
    try:
        date(*map(int, [*parts, "1", "1"][:3]))
    except ValueError:
        return ""
    return "-".join(parts)


def _in_utc(digits: str, offset: str) -> str:
    try:
        moment = datetime.strptime(digits + offset, "%Y%m%d%H%M%S%z")
        return (moment - moment.utcoffset()).strftime("%Y%m%d%H%M%S")  # type: ignore[operator]  # %z: never None
    except (ValueError, OverflowError):
        return digits
