"""Dates and times as senders write them, HL7 v2 DTM and FHIR dateTime, as ISO 8601 in a feed's time zone."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

_DTM = re.compile(
    r"(?P<day>\d{8})(?:(?P<hour>\d{2})(?P<minute>\d{2})?(?P<second>\d{2})?(?:\.\d{1,4})?(?P<offset>[+-]\d{4})?)?",
    re.ASCII,
)


def local_date(text: str, zone: str) -> str:
    """The day on which a moment falls by the feed's clock; ValueError where no day is said."""
    moment = _read(text)
    if not isinstance(moment, datetime):
        return moment.isoformat()
    if zone and moment.tzinfo:
        moment = moment.astimezone(ZoneInfo(zone))
    return moment.date().isoformat()


def local_time(text: str, zone: str) -> str:
    """A moment with its offset; ValueError where only a day is said: a day is not midnight."""
    moment = _read(text)
    if not isinstance(moment, datetime):
        raise ValueError("a day without a time")  # noqa: TRY004  the text is wrong, not its type
    if moment.tzinfo is None:
        if not zone:
            raise ValueError("a time without an offset, and the feed has no time zone")
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.isoformat()


def local_moment(text: str, zone: str) -> str:
    """A moment with its offset, or the day where no more is said."""
    moment = _read(text)
    return local_time(text, zone) if isinstance(moment, datetime) else moment.isoformat()


def _read(text: str) -> date | datetime:
    text = text.strip()
    if found := _DTM.fullmatch(text):
        if not found["hour"]:
            return date.fromisoformat(found["day"])
        clock = f"{found['hour']}{found['minute'] or '00'}{found['second'] or '00'}"
        return datetime.fromisoformat(f"{found['day']}T{clock}{found['offset'] or ''}")
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def age_in_years(birth_date: str, day: str) -> int | None:
    """Completed years on a day; None where either is not a whole date, or the day comes first."""
    try:
        born, then = date.fromisoformat(birth_date), date.fromisoformat(day)
    except ValueError:
        return None
    years = then.year - born.year - ((then.month, then.day) < (born.month, born.day))
    return years if years >= 0 else None
