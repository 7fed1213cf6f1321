"""How each element stands in one documentation: said, not said, or said twice and differently."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from service.domain.documentation import Documentation, DocumentedElement, Value
from service.domain.frozen import frozen
from service.mapping.documented.spinal_levels import regions_of
from service.mapping.documented.vocabulary import Element

#: DocumentedElement.origin of a value that is one of several which sources give for the same thing.
CONFLICT_ORIGIN = "conflict"
_LEVELS = "entry_levels"
_REGION = "entry_region"


@frozen
class Stand:
    """An element that is documented. One that is not has no Stand."""

    name: str
    elements: tuple[DocumentedElement, ...]
    values: tuple[Value, ...]  # a scalar without conflict: exactly one
    conflict: bool = False  # a scalar said differently; a list of which some items are disputed
    disputed: frozenset[Value] = frozenset()  # list: items that may or may not be meant

    def __str__(self) -> str:
        """Say it as a coder reads it: "imaging.modality is fluoroscopy (OBX[3]-5)"."""
        said = ", ".join(words(value) for value in self.values)
        paths = ", ".join(dict.fromkeys(e.source.path for e in self.elements if e.source.path))
        return f"{self.name} is {said} ({paths})" if paths else f"{self.name} is {said}"


Stands = Mapping[str, Stand]
StandOf = Callable[[list[DocumentedElement]], Stand]


def stand_of(element: Element) -> StandOf:
    """Make the function that reads one element's documentation."""
    return partial(_list_stand, element.name) if element.many else partial(_scalar_stand, element)


def group(documentation: Documentation) -> dict[str, list[DocumentedElement]]:
    """Sort the documented elements by name."""
    found: dict[str, list[DocumentedElement]] = {}
    for element in documentation.elements:
        found.setdefault(element.name, []).append(element)
    if _REGION in found and _LEVELS in found and not _agree(found[_REGION], found[_LEVELS]):
        found[_LEVELS] = [replace(each, origin=CONFLICT_ORIGIN) for each in found[_LEVELS]]
    return found


def _agree(regions: list[DocumentedElement], levels: list[DocumentedElement]) -> bool:
    """Whether the levels of entry lie in the regions that are named, and in each of these one."""
    named = {str(each.value) for each in regions}
    possible = [regions_of(str(each.value)) for each in levels]
    return all(named & each for each in possible) and named <= set().union(*possible)


def _list_stand(name: str, found: list[DocumentedElement]) -> Stand:
    if len(found) == 1 and found[0].origin != CONFLICT_ORIGIN:
        return Stand(name, tuple(found), (found[0].value,))
    values = dict.fromkeys(e.value for e in found)
    sure = {e.value for e in found if e.origin != CONFLICT_ORIGIN}
    disputed = frozenset(values) - sure
    return Stand(name, tuple(found), tuple(values), bool(disputed), disputed)


def _scalar_stand(element: Element, found: list[DocumentedElement]) -> Stand:
    if len(found) == 1:
        return Stand(element.name, tuple(found), (found[0].value,), found[0].origin == CONFLICT_ORIGIN)
    values = dict.fromkeys(e.value for e in found)
    for vague, exact in element.covers.items():
        if any(value in values for value in exact):
            values.pop(vague, None)
    disputed = len(values) > 1 or any(e.origin == CONFLICT_ORIGIN for e in found)
    return Stand(element.name, tuple(found), tuple(values), disputed)


def is_disputed(name: str, stands: Stands) -> bool:
    """Whether an element is documented differently in two places."""
    return name in stands and stands[name].conflict


def derive(name: str, stands: Stands) -> Stand | None:
    """Compute a derived element, in the first way for which all is documented; None where there is none."""
    way = next((way for way in DERIVED[name] if all(need in stands for need in way[0])), None)
    if way is None:
        return None
    needs, compute = way
    inputs = [stands[need] for need in needs]
    elements = tuple(element for stand in inputs for element in stand.elements)
    if any(stand.conflict for stand in inputs):
        return Stand(name, elements, (), conflict=True)
    value = compute(*(str(stand.values[0]) for stand in inputs))
    if value is None:
        return None
    # Removed before it was placed: one of the two times is wrong, and nobody knows which.
    return Stand(name, elements, () if value < 0 else (value,), conflict=value < 0)


def inputs_of(names: Iterable[str]) -> set[str]:
    """Replace derived elements by the documented ones that they are computed from."""
    found: set[str] = set()
    for name in names:
        found.update(*(needs for needs, _compute in DERIVED.get(name, (((name,), None),))))
    return found


def _local_days(placed_at: str, removed_at: str, zone: str) -> int:
    """Calendar days touched, by the facility's clock: a UTC date changes at another hour."""
    hours, day = _hours(placed_at, removed_at), _day(placed_at, zone)
    if day is None or (hours is not None and hours < 0):
        return -1
    return _days_since(day.isoformat(), removed_at, zone)


def _days_since(service_date: str, removed_at: str, zone: str) -> int:
    """Calendar days touched by a catheter that was placed on the day of the service."""
    removed = _day(removed_at, zone)
    days = (removed - date.fromisoformat(service_date)).days + 1 if removed else -1
    return days if days > 0 else -1


def _days_until(placed_at: str, service_date: str, zone: str) -> int:
    """Calendar days from placing to the day of service; -1 where it was placed after it."""
    placed = _day(placed_at, zone)
    return max(-1, (date.fromisoformat(service_date) - placed).days) if placed else -1


def _day(moment: str, zone: str) -> date | None:
    """The day by the facility's clock; None at the edge of the calendar: no time at all."""
    if _is_day(moment):
        return date.fromisoformat(moment)
    try:
        return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).date()
    except OverflowError:  # the year 9999, or 0001
        return None


def _hours(start: str, end: str) -> float | None:
    """Hours between two moments; None where of one only the day is known."""
    return None if _is_day(start) or _is_day(end) else _minutes(start, end) / 60


def _is_day(moment: str) -> bool:
    return "T" not in moment


def _minutes(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / 60


def _agreed_minutes(minutes: str, start: str, end: str) -> float:
    """Two ways to say it must say the same."""
    return float(minutes) if float(minutes) == _minutes(start, end) else -1


#: Derived element -> the elements that it is computed from, and how; the best way first.
DERIVED: dict[str, tuple[tuple[tuple[str, ...], Callable[..., int | float | None]], ...]] = {
    "catheter.local_days": (
        (("catheter.placed_at", "catheter.removed_at", "encounter.tz"), _local_days),
        (("service_date", "catheter.removed_at", "encounter.tz"), _days_since),
    ),
    "catheter.days_since_placed": ((("catheter.placed_at", "service_date", "encounter.tz"), _days_until),),
    "catheter.hours": ((("catheter.placed_at", "catheter.removed_at"), _hours),),
    "sedation.total_minutes": (
        (("sedation.minutes", "sedation.start", "sedation.end"), _agreed_minutes),
        (("sedation.minutes",), float),
        (("sedation.start", "sedation.end"), _minutes),
    ),
}


def words(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
