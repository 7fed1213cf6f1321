"""Document: what a report documents, by the vocabulary; and all reports of one procedure together."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Final

from service.domain.documentation import (
    BillingContext,
    Documentation,
    DocumentedElement,
    Narrative,
    ProcedureReport,
    Reading,
    Source,
    StatedCode,
    Ties,
    UnknownCode,
    Value,
)
from service.domain.feed import ElementPaths, Feed
from service.domain.frozen import frozen
from service.mapping.items import ITEM_OF_DOCUMENT
from service.mapping.moments import age_in_years, local_date, local_moment, local_time
from service.mapping.stands import CONFLICT_ORIGIN
from service.mapping.terms import Terms
from service.mapping.units import is_unit
from service.mapping.values import day_or_none
from service.mapping.vocabulary import Element, Vocabulary

FALLBACK: Final = "fallback"
_AGE: Final = "encounter.patient_age_years"
_SERVICE_DATE: Final = "service_date"
_TIMEZONE: Final = "encounter.tz"
_CONTEXT_FIELDS = tuple(field.name for field in fields(BillingContext))
_NOTHING = frozenset({"", '""'})  # HL7: "" deletes what was sent before
_UNTIED: Final = Ties()


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


def understand(vocabulary: Vocabulary, terms: Terms, feed: Feed, report: ProcedureReport) -> Understood:
    """Understand one report."""
    found, unknown = document(vocabulary, terms, feed, report)
    elements = tuple(_within(report.document, each, vocabulary) for each in found)
    return Understood(
        report.document,
        report.version,
        report.context,
        elements,
        unknown,
        report.stated,
        report.certain,
        report.withdrawn,
        report.replaces,
        report.namespace,
        (feed, report) if feed.partial else None,
        report.ties,
        report.pending,
        report.adds_to,
        report.narratives,
    )


def _within(document_key: str, said: DocumentedElement, vocabulary: Vocabulary) -> DocumentedElement:
    """Keep the things of one document apart from those of another: each numbers its own."""
    if not vocabulary.element(said.name).group:
        return said
    return replace(said, item=f"{document_key}{ITEM_OF_DOCUMENT}{said.item}")


def document(
    vocabulary: Vocabulary, terms: Terms, feed: Feed, report: ProcedureReport
) -> tuple[tuple[DocumentedElement, ...], tuple[UnknownCode, ...]]:
    """Return what a report documents, and the codes in it that nobody has translated.

    What is said in a field and in text, differently, is kept both: the tables ask. Fallbacks stand for what
    nothing else in the report documents.
    """
    paths = {each.element: each for each in feed.elements}
    said: list[DocumentedElement] = []
    unknown: list[UnknownCode] = []
    for reading in report.readings:
        found = _understand(reading, paths.get(reading.element), vocabulary.element(reading.element), feed)
        if isinstance(found, UnknownCode):
            unknown.append(found)
        elif found:
            said.append(found)
    if report.narratives:
        days = {str(each.value) for each in said if each.name == _SERVICE_DATE}
        told = terms.read(*report.narratives, service_days=days)
        said += _on_the_day(told, vocabulary, days, _zone(said, feed))
    said += _constants(vocabulary, feed, {each.name for each in said})
    return _without_idle_fallbacks(said), tuple(unknown)


def _zone(said: Sequence[DocumentedElement], feed: Feed) -> str:
    zones = {str(each.value) for each in said if each.name == _TIMEZONE} or {feed.timezone}
    return zones.pop() if len(zones) == 1 else ""


def _on_the_day(
    told: Iterable[DocumentedElement], vocabulary: Vocabulary, days: Collection[str], zone: str
) -> Iterator[DocumentedElement]:
    """A time of day that a text tells is of the day of service. Where that is not known, it is no moment."""
    for each in told:
        if vocabulary.element(each.name).type != "datetime" or day_or_none(str(each.value)):
            yield each
        elif len(days) == 1 and zone:
            (day,) = days
            yield replace(each, value=local_time(f"{day}T{each.value}", zone))


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
    elements = _without_idle_fallbacks([each for part in standing for each in part.elements])
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
    known = {each.value for each in elements if each.name == _SERVICE_DATE and each.origin != CONFLICT_ORIGIN}
    return tuple(
        each
        for each in elements
        if each.name != _SERVICE_DATE or each.origin != CONFLICT_ORIGIN or each.value not in known
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


def _understand(
    reading: Reading, paths: ElementPaths | None, element: Element, feed: Feed
) -> DocumentedElement | UnknownCode | None:
    """Return the value that a reading documents; None when it documents nothing."""
    code = reading.text.strip().lower()
    if code in _NOTHING:
        return None
    text = paths.values.get(code, reading.text) if paths else reading.text
    if not text:
        return None  # the feed says so: a code for "unknown", or "see text"
    if element.unit and reading.unit and not is_unit(reading.unit, element.unit):
        return UnknownCode(reading.element, f"{reading.text} {reading.unit}", reading.source)
    try:
        value = _value(element, text, feed.timezone)
    except ValueError:
        return UnknownCode(reading.element, reading.text, reading.source)
    origin = FALLBACK if paths and code in paths.fallback else "structured"
    return DocumentedElement(
        reading.element, value, reading.source, origin, reading.item if element.group else ""
    )


def _value(element: Element, text: str, zone: str) -> Value:
    if element.type == "date":
        return local_date(text, zone)
    if element.type != "datetime":
        return element.understand(text)
    return local_moment(text, zone) if element.day_suffices else local_time(text, zone)


def _constants(vocabulary: Vocabulary, feed: Feed, said: set[str]) -> Iterator[DocumentedElement]:
    """What holds for every message of the feed, and is not said otherwise in this one."""
    source = Source(f"feed {feed.name}")
    zone = {_TIMEZONE: feed.timezone} if feed.timezone else {}
    for name, text in (zone | dict(feed.constants)).items():
        if name not in said:
            yield DocumentedElement(name, vocabulary.understand(name, text), source, FALLBACK)


def _without_idle_fallbacks(said: Sequence[DocumentedElement]) -> tuple[DocumentedElement, ...]:
    documented = {each.name for each in said if each.origin not in (FALLBACK, CONFLICT_ORIGIN)}
    return tuple(each for each in said if each.origin != FALLBACK or each.name not in documented)


def _latest_context(parts: Sequence[Understood]) -> BillingContext:
    """Return the latest value of each field that any part has."""
    values = {
        name: value for part in parts for name in _CONTEXT_FIELDS if (value := getattr(part.context, name))
    }
    return BillingContext(**values)


def _credited(parts: Sequence[Understood]) -> Iterator[StatedCode]:
    """Yield what is taken back of documents that never said it."""
    told = {part.document for part in parts if not part.withdrawn}
    yield from _stated([part for part in parts if part.certain and part.document not in told])


def _stated(parts: Sequence[Understood]) -> Iterator[StatedCode]:
    """Return each stated code once, however many documents repeat it."""
    seen = set()
    for stated in (stated for part in parts for stated in part.stated):
        identity = (stated.code or stated.source.text, stated.modifiers, stated.units)
        if identity not in seen:
            seen.add(identity)
            yield stated


def _age(elements: Sequence[DocumentedElement], context: BillingContext) -> Iterator[DocumentedElement]:
    """Age on the day of service, where the sender does not say it and the day is not in dispute."""
    days = {str(each.value): each for each in elements if each.name == _SERVICE_DATE}
    if len(days) != 1 or any(each.name == _AGE for each in elements):
        return
    ((day, element),) = days.items()
    years = age_in_years(context.patient_birth_date, day)
    if years is not None:
        yield DocumentedElement(_AGE, years, replace(element.source, beside="the date of birth"))
