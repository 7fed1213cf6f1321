"""Senses: what a report documents, by the vocabulary and by what its feed means."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from service.domain.documentation import (
    DocumentedElement,
    ProcedureReport,
    Reading,
    Source,
    UnknownCode,
    Value,
)
from service.domain.feed import Feed
from service.mapping.documented.document import FALLBACK, SERVICE_DATE, Understood, without_idle_fallbacks
from service.mapping.documented.items import ITEM_OF_DOCUMENT
from service.mapping.documented.moments import local_date, local_moment, local_time
from service.mapping.documented.units import is_unit
from service.mapping.documented.values import day_or_none
from service.mapping.documented.vocabulary import Element, Vocabulary
from service.mapping.narrative.terms import Terms

_TIMEZONE: Final = "encounter.tz"
_NOTHING = frozenset({"", '""'})  # HL7: "" deletes what was sent before


class Senses:
    """Understands the reports of one feed; what its fields mean is made ready once."""

    def __init__(self, vocabulary: Vocabulary, terms: Terms, feed: Feed) -> None:
        self._vocabulary = vocabulary
        self._terms = terms
        self._feed = feed
        self._paths = {each.element: each for each in feed.elements}
        self._senses: dict[str, _Sense] = {}
        self._constants = tuple(self._always())

    def understand(self, report: ProcedureReport) -> Understood:
        """Understand one report."""
        elements, unknown = self._documented(report)
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
            (self._feed, report) if self._feed.partial else None,
            report.ties,
            report.pending,
            report.adds_to,
            report.narratives,
        )

    def _documented(
        self, report: ProcedureReport
    ) -> tuple[tuple[DocumentedElement, ...], tuple[UnknownCode, ...]]:
        """Return what a report documents, and the codes in it that nobody has translated.

        What is said in a field and in text, differently, is kept both: the tables ask. Fallbacks stand for
        what nothing else in the report documents.
        """
        said: list[DocumentedElement] = []
        unknown: list[UnknownCode] = []
        for reading in report.readings:
            sense = self._senses.get(reading.element) or self._sense(reading.element)
            found = sense.of(reading, report.document)
            if isinstance(found, UnknownCode):
                unknown.append(found)
            elif found:
                said.append(found)
        if report.narratives:
            days = {str(each.value) for each in said if each.name == SERVICE_DATE}
            told = self._terms.read(*report.narratives, service_days=days)
            said += self._within(report.document, self._on_the_day(told, days, self._zone(said)))
        if self._constants:
            names = {each.name for each in said}
            constants = [each for each in self._constants if each.name not in names]
            said += self._within(report.document, constants)
        return without_idle_fallbacks(said), tuple(unknown)

    def _sense(self, name: str) -> "_Sense":
        element, paths = self._vocabulary.element(name), self._paths.get(name)
        values, fallback = (paths.values, paths.fallback) if paths else ({}, ())
        value_of = _value_of(element, self._feed.timezone)
        sense = self._senses[name] = _Sense(element, value_of, values, frozenset(fallback))
        return sense

    def _within(self, document: str, said: Iterable[DocumentedElement]) -> Iterator[DocumentedElement]:
        """Keep the things of one document apart from those of another."""
        for each in said:
            grouped = self._vocabulary.element(each.name).group
            yield replace(each, item=_item(document, each.item)) if grouped else each

    def _zone(self, said: Sequence[DocumentedElement]) -> str:
        zones = {str(each.value) for each in said if each.name == _TIMEZONE} or {self._feed.timezone}
        return zones.pop() if len(zones) == 1 else ""

    def _on_the_day(
        self, told: Iterable[DocumentedElement], days: Collection[str], zone: str
    ) -> Iterator[DocumentedElement]:
        """A time of day that a text tells is of the day of service; where that is not known, no moment."""
        for each in told:
            if self._vocabulary.element(each.name).type != "datetime" or day_or_none(str(each.value)):
                yield each
            elif len(days) == 1 and zone:
                (day,) = days
                yield replace(each, value=local_time(f"{day}T{each.value}", zone))

    def _always(self) -> Iterator[DocumentedElement]:
        """What holds for every message of the feed, where it is not said otherwise in one."""
        source = Source(f"feed {self._feed.name}")
        zone = {_TIMEZONE: self._feed.timezone} if self._feed.timezone else {}
        for name, text in (zone | dict(self._feed.constants)).items():
            yield DocumentedElement(name, self._vocabulary.understand(name, text), source, FALLBACK)


@dataclass(frozen=True, slots=True)
class _Sense:
    """What the fields of a feed mean that say one element."""

    element: Element
    value_of: Callable[[str], Value]  # ValueError for what it cannot read
    values: Mapping[str, str]  # local code, lower-cased -> vocabulary value
    fallback: frozenset[str]  # local codes that count only where nothing else documents the element

    def of(self, reading: Reading, document: str) -> DocumentedElement | UnknownCode | None:
        """Return the value that a reading documents; None when it documents nothing."""
        element = self.element
        code = reading.text.strip().lower()
        if code in _NOTHING:
            return None
        text = self.values.get(code, reading.text)
        if not text:
            return None  # the feed says so: a code for "unknown", or "see text"
        if element.unit and reading.unit and not is_unit(reading.unit, element.unit):
            return UnknownCode(element.name, f"{reading.text} {reading.unit}", reading.source)
        try:
            value = self.value_of(text)
        except ValueError:
            return UnknownCode(element.name, reading.text, reading.source)
        origin = FALLBACK if code in self.fallback else "structured"
        item = _item(document, reading.item) if element.group else ""
        return DocumentedElement(element.name, value, reading.source, origin, item)


def _value_of(element: Element, zone: str) -> Callable[[str], Value]:
    if element.type == "date":
        return partial(local_date, zone=zone)
    if element.type != "datetime":
        return element.understand
    return partial(local_moment if element.day_suffices else local_time, zone=zone)


def _item(document: str, item: str) -> str:
    """By what a thing is known: each document numbers its own."""
    return f"{document}{ITEM_OF_DOCUMENT}{item}"
