"""Orders and bookings: what was to be done, of whom, when; and by which numbers a report would name it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from service.hl7.message import Message, Segment

#: MSH-9.1 of messages that order or book.
ORDERING = ("ORM", "OMG", "OML", "OMI", "SIU")
_TAKEN_BACK = frozenset({"CA", "OC", "CR", "DC", "OD", "DR", "RP", "RO"})  # ORC-1
_BOOKING_TAKEN_BACK = frozenset({"S15", "S16", "S17", "S26"})  # MSH-9.2: cancelled, ended, deleted, no show
_DATE_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Ordered:
    """One order or booking."""

    patient: tuple[str, str] = field(repr=False)  # PID-3.4, PID-3.1
    keys: tuple[str, ...] = field(repr=False)  # as feeds name procedures: "order:F-1", "placer:P-1"
    service: str  # OBR-4.1, AIS-3.1
    day: str  # YYYY-MM-DD; "" = none is said
    stands: bool  # or it is taken back


def orders_of(message: Message) -> Iterator[Ordered]:
    """Every order of a message; none where it names no patient or no number."""
    patient = _patient(message)
    if not patient[1]:
        return
    if message.get("MSH-9.1") == "SIU":
        yield from _booking(message, patient)
        return
    control = None
    for segment in message.segments:
        if segment.name == "ORC":
            control = segment
        elif segment.name == "OBR":
            yield from _order(control, segment, patient)
            control = None


def _patient(message: Message) -> tuple[str, str]:
    for segment in message.of("PID"):
        repetitions = list(segment.repetitions(3))
        chosen = next((each for each in repetitions if segment.component_of(each, 5) == "MR"), None)
        chosen = chosen or next(iter(repetitions), "")
        return segment.component_of(chosen, 4), segment.component_of(chosen, 1)
    return "", ""


def _order(control: Segment | None, request: Segment, patient: tuple[str, str]) -> Iterator[Ordered]:
    sources = [segment for segment in (request, control) if segment]
    fillers = [f"order:{segment.component(3, 1)}" for segment in sources if segment.component(3, 1)]
    placers = [f"placer:{segment.component(2, 1)}" for segment in sources if segment.component(2, 1)]
    keys = tuple(dict.fromkeys(fillers + placers))
    if keys:
        taken_back = control is not None and control.component(1, 1) in _TAKEN_BACK
        when = request.component(36, 1) or request.component(7, 1)  # scheduled, else observed
        yield Ordered(patient, keys, request.component(4, 1), _day(when), not taken_back)


def _booking(message: Message, patient: tuple[str, str]) -> Iterator[Ordered]:
    schedule = next(iter(message.of("SCH")), None)
    if schedule is None:
        return
    fillers = [f"order:{number}" for number in (schedule.component(27, 1),) if number]
    placers = [f"placer:{number}" for number in (schedule.component(26, 1),) if number]
    booked = [f"booking:{schedule.component(n, 1)}" for n in (2, 1) if schedule.component(n, 1)]
    keys = (*fillers, *placers, *booked)
    service = next((segment.component(3, 1) for segment in message.of("AIS")), "")
    begins = next((segment.component(4, 1) for segment in message.of("AIS")), "")
    stands = message.get("MSH-9.2") not in _BOOKING_TAKEN_BACK
    if keys:
        yield Ordered(patient, keys, service, _day(begins or schedule.component(11, 4)), stands)


def _day(time: str) -> str:
    digits = time[:_DATE_DIGITS]
    is_day = len(digits) == _DATE_DIGITS and digits.isdecimal()
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if is_day else ""
