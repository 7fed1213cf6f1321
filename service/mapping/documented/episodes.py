"""Episodes: later reports of one episode tell how its procedure went on; they are no procedures of their own.

The start of an infusion supplies agent and delivery; the next day's look at the line, the outcome.
"""

from collections.abc import Sequence
from dataclasses import replace

from service.domain.documentation import Documentation, DocumentedElement

FOLLOW_UPS = frozenset({"infusion_start", "line_assessment"})  # values of kind

_OUTCOME = "catheter."  # the later report knows better
_DISPOSITION, _IN_SITU = "catheter.disposition", "catheter_in_situ"
_STAYED = frozenset({"left_indwelling", "removed_later"})
_SUPPLIED = frozenset({"delivery", "substances.class", "substances.name"})  # added to what is there


def fold(reports: Sequence[tuple[str, Documentation]]) -> tuple[Documentation, ...]:
    """Fold the follow-ups, in their order, into the procedures of their episode; "" is no episode."""
    follow_ups = [(episode, each) for episode, each in reports if episode and _follows_up(each)]
    folded: list[Documentation] = []
    for episode, report in reports:
        elements = report.elements
        if not _follows_up(report):
            for later in (each for other, each in follow_ups if other == episode):
                elements = _continue(elements, later.elements)
        folded.append(replace(report, elements=elements))
    return tuple(folded)


def _follows_up(report: Documentation) -> bool:
    return not report.withdrawn and not FOLLOW_UPS.isdisjoint(report.values("kind"))


def _continue(
    elements: tuple[DocumentedElement, ...], later: tuple[DocumentedElement, ...]
) -> tuple[DocumentedElement, ...]:
    outcome = tuple(each for each in later if each.name.startswith(_OUTCOME))
    supplied = tuple(each for each in later if each.name in _SUPPLIED)
    known_later = {each.name for each in outcome}
    kept = tuple(each for each in elements if each.name not in known_later)
    seen = () if _DISPOSITION in known_later else _seen_in_place(kept, later)
    return (*kept, *supplied, *outcome, *seen)


def _seen_in_place(
    elements: tuple[DocumentedElement, ...], later: tuple[DocumentedElement, ...]
) -> tuple[DocumentedElement, ...]:
    """A catheter that is in place on a later day than that of its placing was left in place."""
    placed, seen = _days(elements), _days(later)
    if len(placed) != 1 or len(seen) != 1 or min(seen) <= min(placed):
        return ()
    found = [each for each in later if each.name == _IN_SITU]
    said = {each.value for each in elements if each.name == _DISPOSITION}
    if any(each.value is not True for each in found) or said & _STAYED:
        return ()
    return tuple(replace(each, name=_DISPOSITION, value="left_indwelling") for each in found)


def _days(elements: tuple[DocumentedElement, ...]) -> set[str]:
    return {str(each.value) for each in elements if each.name == "service_date"}
