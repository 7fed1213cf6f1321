"""Clock times that a text names: "0910", "09:10", "9:10 AM".

Without AM or PM, 9:10 may be morning or evening, unless the note writes its times by the 24-hour clock.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from service.mapping.narrative.marks import COLON, COMMA, TIME

#: Part of the pattern of all tokens. A full stop behind "a.m." ends a sentence, unless the stretch goes on.
CLOCK_PATTERN: Final = (
    r"(?<![\d:/.])(?:\d{1,2}:[0-5]\d(?::[0-5]\d)?(?:[ ]?[ap]\.?m\b)?|\d{1,2}[ ]?[ap]\.?m\b)(?![\d:])"
    r"(?:\.(?=\s*(?:to|until|till|thru|through|,|-)))?"
)
_CLOCK = re.compile(r"(\d{1,2})(?::(\d\d))?(?::\d\d)?[ ]?(?:([ap])\.?m\.?)?")
_TOGETHER = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")
_HOURS = re.compile(r"[ ]?(?:h|hr|hrs|hours)\b")
_QUANTITY = re.compile(
    r"(?:[ ]?(?:to|-)[ ]?\d{3,4})?[ ]?(?:mg|mcg|ml|cc|g|gm|units?|u|iu|meq|mmol|kg|lb|cm|mm|minutes|min|%)"
)
_LEADING: Final = frozenset({"at", "from", "until", "till", "time", "hung", TIME}) | {
    *("start", "started", "starting", "began", "begun", "stop", "stopped", "end", "ended")
}
_BETWEEN: Final = frozenset({COLON, COMMA, "to", "until", "till", "through", "thru"})
_NOON: Final = 12
_MIDNIGHT: Final = 24


@dataclass(frozen=True, slots=True)
class Clock:
    """A time as it is written."""

    hour: int
    minute: int
    half: str = ""  # a | p
    by_24: bool = False  # written as on a 24-hour clock alone
    padded: bool = False  # "09:10"


def read_clock(text: str) -> Clock | None:
    """Read "9:10 am"; None where the clock has no such time."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, half = int(found[1]), found[3] or ""
    if hour >= _MIDNIGHT or (half and not 0 < hour <= _NOON):
        return None
    return Clock(hour, int(found[2] or 0), half, hour > _NOON or hour == 0, text.startswith("0"))


def read_together(token: re.Match[str], before: Sequence[str]) -> Clock | None:
    """Read "0910", where what stands around it says that it is a time; no year, and no dose."""
    text = token[0]
    if not _TOGETHER.fullmatch(text) or _QUANTITY.match(token.string, token.end()):
        return None
    leads = [word for word in before[-2:] if word not in _BETWEEN][-1:]
    is_year = token.lastgroup == "year"
    led = bool(leads) and leads[0] in ({"at", TIME} if is_year else _LEADING)
    if led or (text[0] == "0" and not is_year) or _HOURS.match(token.string, token.end()):
        return Clock(int(text[:2]), int(text[2:]), by_24=True)
    return None


def settled(times: Mapping[int, Clock]) -> dict[int, str]:
    """Return the times that say which half of the day they mean, as "09:10"; by place."""
    whole = _is_by_24(times.values())
    return {
        place: f"{_hour(clock):02}:{clock.minute:02}"
        for place, clock in times.items()
        if clock.half or clock.by_24 or whole
    }


def _is_by_24(clocks: Iterable[Clock]) -> bool:
    """Whether a note writes all of its times by the 24-hour clock."""
    clocks = list(clocks)
    return not any(each.half for each in clocks) and any(each.by_24 or each.padded for each in clocks)


def _hour(clock: Clock) -> int:
    return clock.hour % _NOON + (_NOON if clock.half == "p" else 0) if clock.half else clock.hour
