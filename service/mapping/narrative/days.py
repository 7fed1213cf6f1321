"""Days: the dates that a text names, held against the day of service."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Final

from service.mapping.narrative.marks import COMMA, EARLIER, LATER, TODAY

#: Part of the pattern of all tokens.
DATE_PATTERN: Final = (
    r"(?:\d{1,2}(?P<between>[/-])\d{1,2}(?P=between)(?:(?:19|20)\d\d|\d\d)"
    r"|\d{1,2}\.\d{1,2}\.(?:19|20)\d\d|(?:19|20)\d\d[/-]\d{1,2}[/-]\d{1,2}|20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?![a-z0-9/-]|\.\d)"
)
#: A date without its year, where it can be no fraction: "on 3/2", "3/2 at 0910".
MONTH_AND_DAY_PATTERN: Final = (
    r"(?:(?<=\bon )\d{1,2}/\d{1,2}(?![\d/%a-z])|(?<![\d/])\d{1,2}/\d{1,2}(?=[ ](?:at[ ])?\d{1,2}:?\d\d\b))"
)
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTHS = {name: number for names in (MONTHS, _LONG_MONTHS) for number, name in enumerate(names, 1)} | {
    "sept": 9
}
_DIGITS = re.compile(r"\d+")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_CENTURY = 100


def days_of(text: str) -> tuple[str, ...]:
    """Return the days that a date in digits may mean, the likelier first; none where it is no date."""
    parts = _DIGITS.findall(text)
    if len(parts) == 1:
        parts = [text[:4], text[4:6], text[6:]]
    if len(parts[0]) > 2:  # noqa: PLR2004  a year
        return tuple(_iso(*map(int, parts)))
    first, second, year = map(int, parts)
    year += 2000 if year < _CENTURY else 0
    return tuple(dict.fromkeys((*_iso(year, first, second), *_iso(year, second, first))))


def days_without_year(text: str, service_days: Collection[str]) -> tuple[str, ...]:
    """Return the days that "3/2" may mean in the year of the service, that of the service first."""
    if not service_days:
        return ()
    days = days_of(f"{text}/{min(service_days)[:4]}")
    return tuple(sorted(days, key=lambda day: day not in service_days))


def days_before_year(words: Sequence[str], year: str) -> tuple[int, tuple[str, ...]]:
    """Return how many words before a year belong to its date ("Feb 27, 2026"), and the day; 0 = none."""
    count = 3 if words[-1:] == [COMMA] else 2
    before = [word for word in words[-count:] if word != COMMA]
    month = next((_MONTHS[word] for word in before if word in _MONTHS), 0)
    day = next((int(found[1]) for word in before if (found := _DAY.fullmatch(word))), 0)
    days = tuple(_iso(int(year), month, day)) if len(before) == 2 else ()  # noqa: PLR2004  day and month
    return (count, days) if days else (0, ())


def mark_of(days: Sequence[str], service_days: Collection[str]) -> str:
    """Return the mark of a date. Where nobody says the day of service, none is before it."""
    if any(day in service_days for day in days):
        return TODAY
    return EARLIER if service_days and days[0] < min(service_days) else LATER


def _iso(year: int, month: int, day: int) -> Iterator[str]:
    try:
        yield date(year, month, day).isoformat()
    except ValueError:
        return
