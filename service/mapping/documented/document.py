"""Document: what each report says of a procedure, and all reports of one procedure together."""

import re
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Final

from service.domain.documentation import (
    BillingContext,
    Documentation,
    DocumentedElement,
    Narrative,
    ProcedureReport,
    Source,
    StatedCode,
    Ties,
    UnknownCode,
)
from service.domain.feed import Feed
from service.domain.frozen import frozen
from service.mapping.documented.moments import age_in_years
from service.mapping.documented.stands import CONFLICT_ORIGIN

FALLBACK: Final = "fallback"
SERVICE_DATE: Final = "service_date"
_OF_ANY_REPORT: Final = (SERVICE_DATE, "dx", "encounter.")
_AGE: Final = "encounter.patient_age_years"
_CONTEXT_FIELDS = tuple(field.name for field in fields(BillingContext))
_UNTIED: Final = Ties()
_WITHIN = re.compile(r"-|\.code\.")  # where a path goes on, from a segment or resource to its code


@frozen
class Understood:
    """What one document says of one procedure."""

    document: str
    version: str  # sorts
    context: BillingContext
    elements: tuple[DocumentedElement, ...] = ()
    unknown: tuple[UnknownCode, ...] = ()
    stated: tuple[StatedCode, ...] = ()
    certain: bool = False
    withdrawn: bool = False
    replaces: str = ""  # another document, whose place this one takes
    namespace: str = ""  # who assigned the number that joins it to others; "" = not said
    #: As read, and by which feed, where later messages may change a part of it.
    read: tuple[Feed, ProcedureReport] | None = None
    ties: Ties = _UNTIED
    pending: str = ""  # why it is no documentation yet
    adds_to: str = ""  # the document of which it is an addendum
    narratives: tuple[Narrative, ...] = ()

    @property
    def documents_something(self) -> bool:
        """Whether it says more than reports of any kind do."""
        return bool(self.unknown) or any(
            each.origin != FALLBACK and not each.name.startswith(_OF_ANY_REPORT) for each in self.elements
        )


def combine(procedure_key: str, parts: Sequence[Understood]) -> Documentation:
    """Put together all that is said of one procedure; `parts` in the order in which they arrived.

    Of each document the latest version counts, and of equal versions the one that came last; one that is
    pending does not count yet. What adds to a document that was taken back is out with it, and so is what
    adds to one that never came, when all others were taken back. Different documents add to each other, but
    one that another replaces is out, even when that one is taken back in its turn. What all documents take
    back is withdrawn.
    """
    latest, planned = _latest(parts)
    standing = _in_force(parts, latest)
    # What was planned fills the gaps of what was done, and says nothing else.
    context = _latest_context((*planned.values(), *(standing or latest.values())))
    elements = without_idle_fallbacks([each for part in standing for each in part.elements])
    elements = _without_known_days(elements)
    if len({part.namespace for part in standing} - {""}) > 1:
        # One number, assigned twice: two orders, and nobody can say which of them a document without a
        # namespace means. Nothing is settled by putting them together.
        elements = tuple(replace(each, origin=CONFLICT_ORIGIN) for each in elements)
    return Documentation(
        procedure_key,
        (*elements, *_age(elements, context)),
        tuple(_stated(standing)),
        context,
        certain=any(part.certain for part in standing),
        withdrawn=bool(latest) and not standing,
        unknown=tuple(code for part in standing for code in part.unknown),
        credited=() if standing else tuple(_credited(parts)),
        plans=tuple(part.ties.plan for part in planned.values() if part.ties.plan),
    )


def in_force(parts: Sequence[Understood]) -> list[Understood]:
    """The documents that count, each in its latest version, as `combine` has it."""
    return _in_force(parts, _latest(parts)[0])


def _latest(parts: Sequence[Understood]) -> tuple[dict[str, Understood], dict[str, Understood]]:
    """The latest version of each document, and of what was only planned."""
    latest: dict[str, Understood] = {}
    planned: dict[str, Understood] = {}
    for part in sorted(parts, key=lambda part: part.version):  # stable: ties stay as they arrived
        if not part.pending or part.withdrawn:
            (planned if part.ties.plan else latest)[part.document] = part
    return latest, planned


def _in_force(parts: Sequence[Understood], latest: Mapping[str, Understood]) -> list[Understood]:
    replacing = [part for part in parts if part.replaces and part.document in latest]
    gone = {part.document for part in latest.values() if part.withdrawn}
    gone |= {part.document for part in parts if part.adds_to in gone}
    standing = [
        part
        for part in latest.values()
        if part.document not in gone and not _is_replaced(part, replacing, latest)
    ]
    if gone and all(part.adds_to for part in standing):
        return []
    return sorted(standing, key=lambda part: part.version)


def _without_known_days(elements: Sequence[DocumentedElement]) -> tuple[DocumentedElement, ...]:
    """Leave out a day that a heading names, and another document gives as that of the service."""
    days = [each for each in elements if each.name == SERVICE_DATE]
    known = {each.value for each in days if each.origin != CONFLICT_ORIGIN}
    if len(known) == len(days):
        return tuple(elements)
    return tuple(
        each
        for each in elements
        if each.name != SERVICE_DATE or each.origin != CONFLICT_ORIGIN or each.value not in known
    )


def _is_replaced(part: Understood, replacing: Sequence[Understood], latest: Mapping[str, Understood]) -> bool:
    """Whether another document took its place.

    Not when it has taken that one's place since, or was issued again after that one was taken back.
    """
    return any(
        other.replaces == part.document != other.document
        and not (part.replaces == other.document and part.version > other.version)
        and not ((last := latest[other.document]).withdrawn and part.version > last.version)
        for other in replacing
    )


def without_idle_fallbacks(said: Sequence[DocumentedElement]) -> tuple[DocumentedElement, ...]:
    """Leave out the fallbacks for what is documented otherwise."""
    if all(each.origin != FALLBACK for each in said):
        return tuple(said)
    documented = {each.name for each in said if each.origin not in (FALLBACK, CONFLICT_ORIGIN)}
    return tuple(each for each in said if each.origin != FALLBACK or each.name not in documented)


def _latest_context(parts: Sequence[Understood]) -> BillingContext:
    """Return the latest value of each field that any part has."""
    if len(parts) == 1:
        return parts[0].context
    values = {
        name: value for part in parts for name in _CONTEXT_FIELDS if (value := getattr(part.context, name))
    }
    return BillingContext(**values)


def _credited(parts: Sequence[Understood]) -> Iterator[StatedCode]:
    """Yield what is taken back of documents that never said it."""
    told = {part.document for part in parts if not part.withdrawn}
    yield from _stated([part for part in parts if part.certain and part.document not in told])


def _stated(parts: Sequence[Understood]) -> Collection[StatedCode]:
    """Return each stated code once, however many documents repeat it.

    Two lines of one message may be two services, and nobody can say: of several messages, they are one.
    """
    found: dict[Hashable, StatedCode] = {}
    for stated in (stated for part in parts for stated in part.stated):
        identity = (stated.code or stated.source.text, stated.modifiers, stated.units)
        first = found.setdefault(identity, stated)
        if _are_two_lines(first.source, stated.source):
            again = f"{stated.source.path} of the same message states it again"
            found[identity] = replace(first, doubt=first.doubt or again)
    return found.values()


def _are_two_lines(one: Source, other: Source) -> bool:
    """Whether these are two segments of one name, or two resources, of one message."""
    first, second = (_WITHIN.split(each.path, maxsplit=1)[0] for each in (one, other))
    alike = first.partition("[")[0] == second.partition("[")[0]
    return one.event_id == other.event_id and alike and first != second


def _age(elements: Sequence[DocumentedElement], context: BillingContext) -> Iterator[DocumentedElement]:
    """Age on the day of service, where the sender does not say it and the day is not in dispute."""
    said = [each for each in elements if each.name in (SERVICE_DATE, _AGE)]
    days = {str(each.value): each for each in said}
    if len(days) != 1 or any(each.name == _AGE for each in said):
        return
    ((day, element),) = days.items()
    years = age_in_years(context.patient_birth_date, day)
    if years is not None:
        at = element.source
        source = Source(at.path, at.start, at.end, at.text, at.event_id, beside="the date of birth")
        yield DocumentedElement(_AGE, years, source)
