"""Repeated: one report (OBR-3, OBR-4) that stands several times in one message, in one version."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from itertools import chain

from service.domain.documentation import ProcedureReport
from service.domain.feed import Feed
from service.hl7.path import compile_path
from service.hl7.scopes import Scope

_RESULT_STATUS = compile_path("OBR-25.1")
_CORRECTED = "C"


def takes_its_place(feed: Feed, scope: Scope, report: ProcedureReport) -> bool:
    """Whether it stands in the place of what its message says of it before: a correction, a cancellation."""
    is_correction = report.changes is not None or scope.texts[_RESULT_STATUS].upper() == _CORRECTED
    return feed.each != "OBR" or is_correction or report.withdrawn


def together(told: Sequence[ProcedureReport]) -> ProcedureReport:
    """All that is said, each thing once: where one says another than the others, it is asked."""
    different = list({_said(report): report for report in told}.values())
    if len(different) == 1:
        return told[-1]
    return replace(
        told[-1],
        readings=tuple(chain.from_iterable(report.readings for report in different)),
        narratives=tuple(chain.from_iterable(report.narratives for report in different)),
        stated=tuple(chain.from_iterable(report.stated for report in different)),
    )


def _said(report: ProcedureReport) -> Hashable:
    return (
        tuple((each.element, each.text) for each in report.readings),
        tuple((each.title, each.text) for each in report.narratives),
        tuple((each.code, each.modifiers, each.units) for each in report.stated),
    )
