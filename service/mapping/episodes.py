"""Episodes: later reports of one episode tell how its procedure went on; they are no procedures of their own.

The start of an infusion supplies agent and delivery; the next day's look at the line, the outcome.
"""

from collections.abc import Sequence
from dataclasses import replace

from service.domain.documentation import Documentation, DocumentedElement

FOLLOW_UPS = frozenset({"infusion_start", "line_assessment"})  # values of kind

_OUTCOME = "catheter."  # the later report knows better
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
    return (*(each for each in elements if each.name not in known_later), *supplied, *outcome)
