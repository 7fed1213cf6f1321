"""Extractor: what an event's procedures document, read as a feed says where it stands."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from service.domain.codes import PROCEDURE_CODE_SYSTEMS
from service.domain.documentation import (
    BillingContext,
    Narrative,
    ProcedureReport,
    Reading,
    Source,
    StatedCode,
    Ties,
)
from service.domain.errors import MappingError
from service.domain.event import Event
from service.domain.feed import Feed, Identity
from service.fhir.attachment import attachment_text
from service.fhir.document import Companion, Document
from service.fhir.located import Located, digits
from service.fhir.observation import named_readings, plain_name
from service.fhir.path import FhirPath, Found
from service.fhir.procedure import ENTERED_IN_ERROR
from service.fhir.resource import Resource, as_text, is_id, is_type, listed
from service.fhir.xhtml import text_of

_STATED_CODE = "code.coding"
_DAY = len("2026-03-13")
_MINUTE = len("2026-03-13T09:30")
_CONTEXT_FIELDS = frozenset(field.name for field in fields(BillingContext))
#: FHIR code -> HL7 v2 table 0001 and 0004, in which BillingContext speaks.
_AS_HL7: Mapping[str, Mapping[str, str]] = {
    "patient_sex": {"male": "M", "female": "F", "other": "O", "unknown": "U"},
    "patient_class": {
        "AMB": "O",
        "SS": "O",
        "OBSENC": "O",
        "EMER": "E",
        "IMP": "I",
        "ACUTE": "I",
        "NONAC": "I",
        "PRENC": "P",
    },
}


class Extractor:
    """Reads events by one feed. Its expressions are compiled once; MappingError when one cannot be."""

    def __init__(self, feed: Feed, element_names: frozenset[str]) -> None:
        self._feed = feed
        self._names = {plain_name(name): name for name in element_names}
        self._compiled: dict[str, FhirPath] = {}
        self._key, self._document, self._replaces, self._other_names = (
            tuple(self._identity(each) for each in identities)
            for identities in (feed.key, feed.document, feed.replaces, feed.names)
        )
        self._version = self._paths(feed.version)
        self._withdrawn = self._conditions(feed.withdrawn)
        self._ignored = self._conditions(feed.ignored)
        self._context = {name: self._paths(paths) for name, paths in feed.context.items()}
        if unknown := self._context.keys() - _CONTEXT_FIELDS:
            raise feed.error(f"no field of the billing context: {', '.join(sorted(unknown))}", "")
        self._stated = self._paths(feed.stated_code or (_STATED_CODE,))
        self._modifiers = self._paths(feed.stated_modifiers)
        self._units = self._paths(feed.stated_units)
        self._elements = [(element.element, self._paths(element.paths)) for element in feed.elements]
        self._narratives = self._paths(feed.narratives)

    def extract(self, event: Event, companions: Iterable[Companion] = ()) -> tuple[ProcedureReport, ...]:
        """A report for each procedure of the event, by what its companions say of it too.

        UnreadableInput when a body cannot be read.
        """
        document = Document(event, companions)
        procedures = (_View(document, focus) for focus in document.of_type(self._feed.each))
        return tuple(self._report(view) for view in procedures if not _holds(view, self._ignored))

    def _paths(self, expressions: Iterable[str]) -> tuple[FhirPath, ...]:
        for expression in expressions:
            if expression not in self._compiled:
                self._compiled[expression] = self._compile(expression)
        return tuple(self._compiled[expression] for expression in expressions)

    def _compile(self, expression: str) -> FhirPath:
        try:
            return FhirPath(expression)
        except MappingError as error:
            raise self._feed.error(error.problem, expression) from None

    def _identity(self, identity: Identity) -> "_Identity":
        return _Identity(
            identity,
            self._paths(identity.paths),
            self._paths((identity.day,) if identity.day else ()),
            self._paths((identity.time,) if identity.time else ()),
            self._paths((identity.namespace,) if identity.namespace else ()),
            self._conditions(identity.when),
        )

    def _conditions(
        self, conditions: Mapping[str, tuple[str, ...]]
    ) -> tuple[tuple[FhirPath, frozenset[str]], ...]:
        return tuple(
            (self._paths((path,))[0], frozenset(value.lower() for value in values))
            for path, values in conditions.items()
        )

    def _report(self, view: "_View") -> ProcedureReport:
        identity = view.identity()
        key, namespace = _named(view, self._key)
        return ProcedureReport(
            procedure_key=key or identity,
            document=_named(view, self._document)[0] or identity,
            version=digits(view.text(self._version)) or view.focus.version(),
            readings=tuple(self._readings(view)),
            narratives=tuple(self._found_narratives(view)),
            stated=tuple(self._stated_codes(view)),
            context=self._billing_context(view),
            certain=self._feed.certain,
            withdrawn=view.resource.get("status") == ENTERED_IN_ERROR or _holds(view, self._withdrawn),
            replaces=_named(view, self._replaces)[0],
            namespace=namespace,
            ties=Ties(tuple(self._names_of(view)), is_weak=not key),
        )

    def _names_of(self, view: "_View") -> Iterator[str]:
        for identity in self._other_names:
            if name := identity.read(view)[0]:
                yield name

    def _readings(self, view: "_View") -> Iterator[Reading]:
        for element, paths in self._elements:
            for found in view.first(paths):
                yield Reading(element, found.text, _source(found, found.text))
        if self._feed.named_observations:
            for observation in view.document.observations_of(view.focus):
                yield from named_readings(observation, self._names)

    def _found_narratives(self, view: "_View") -> Iterator[Narrative]:
        for path in self._narratives:
            for found in view.find(path):
                if text := _narrative(found):
                    yield Narrative(text, _source(found, text))

    def _stated_codes(self, view: "_View") -> Iterator[StatedCode]:
        modifiers = tuple(found.text for path in self._modifiers for found in view.texts(path))
        units = view.text(self._units)
        for path in self._stated:
            for found in view.find(path):
                if code := _procedure_code(found):
                    # CPT in FHIR may carry its modifiers behind colons.
                    head, *own = code.text.strip().split(":")
                    yield StatedCode(head, (*own, *modifiers), units, _source(code, code.text))

    def _billing_context(self, view: "_View") -> BillingContext:
        context = {name: view.text(paths) for name, paths in self._context.items()}
        for name, codes in _AS_HL7.items():
            if name in context:
                context[name] = codes.get(context[name], context[name])
        return replace(
            BillingContext(**context),
            patient_reference=view.address("subject"),
            encounter_reference=view.address("encounter"),
        )


class _View:
    """One procedure of a message, and what is around it."""

    def __init__(self, document: Document, focus: Located) -> None:
        self.document, self.focus = document, focus
        self.resource: Resource = focus.resource
        self._found: dict[str, tuple[Found, ...]] = {}  # by expression: many are asked for again and again
        performers = document.all_at(focus, "performer.actor", "Practitioner")
        self.patient = next(document.all_at(focus, "subject", "Patient"), None)
        self.encounter = next(document.all_at(focus, "encounter", "Encounter"), None)
        visit = ("diagnosis.condition", "diagnosis.condition.reference")
        self._variables: Mapping[str, Sequence[Located]] = {
            "patient": [self.patient] if self.patient else [],
            "encounter": [self.encounter] if self.encounter else [],
            "performer": list(performers)[:1],
            "conditions": document.conditions_of(focus, "reasonReference", "reason.reference"),
            "visit_conditions": document.conditions_of(self.encounter, *visit),
            "reports": document.reports_of(focus),
            "documents": document.documents_of(focus),
        }

    def find(self, path: FhirPath) -> tuple[Found, ...]:
        if path.expression not in self._found:
            self._found[path.expression] = path.find(self.focus, self.document, self._variables)
        return self._found[path.expression]

    def texts(self, path: FhirPath) -> tuple[Found, ...]:
        return tuple(found for found in self.find(path) if found.text.strip())

    def first(self, paths: Iterable[FhirPath]) -> tuple[Found, ...]:
        """All that the first path finds that finds any text."""
        return next(filter(None, map(self.texts, paths)), ())

    def text(self, paths: Iterable[FhirPath]) -> str:
        return next((found.text.strip() for found in self.first(paths)), "")

    def identity(self) -> str:
        """A name for the procedure that its later versions have too."""
        kind = self.resource["resourceType"]
        if "id" in self.resource:
            return f"fhir:{kind}/{self.resource['id']}"
        for identifier in listed(self.resource.get("identifier")):
            if isinstance(identifier, dict) and (value := as_text(identifier.get("value"))):
                return f"fhir:{as_text(identifier.get('system'))}|{value}"
        return f"fhir:{self.focus.name()}"  # as its sender was told

    def address(self, element: str) -> str:
        """A reference that means something outside this message too; "" when there is none."""
        located = self.patient if element == "subject" else self.encounter
        if located:
            kind, identifier = located.resource["resourceType"], located.resource.get("id")
            return f"{kind}/{identifier}" if identifier and "contained" not in located.path else ""
        reference = self.resource.get(element)
        address = as_text(reference.get("reference")) if isinstance(reference, dict) else ""
        kind, _, identifier = address.partition("/")
        is_lasting = address.startswith(("https://", "http://")) or (is_type(kind) and is_id(identifier))
        return address if is_lasting else ""


def _holds(view: _View, conditions: Iterable[tuple[FhirPath, frozenset[str]]]) -> bool:
    return any(
        found.text.strip().lower() in values for path, values in conditions for found in view.texts(path)
    )


@dataclass(frozen=True, slots=True)
class _Identity:
    """An identity of the feed, compiled."""

    identity: Identity
    paths: tuple[FhirPath, ...]
    day: tuple[FhirPath, ...]  # one or none
    time: tuple[FhirPath, ...]  # one or none
    namespace: tuple[FhirPath, ...]  # one or none
    when: tuple[tuple[FhirPath, frozenset[str]], ...]

    def read(self, view: _View) -> tuple[str, str]:
        """The text of the identity and the namespace of its number; ("", "") when something is not said."""
        values = [view.text((path,)) for path in self.paths]
        values += [view.text((path,))[:_DAY] for path in self.day]
        values += [_as_hl7_minute(view.text((path,))) for path in self.time]
        if not all(values) or (self.when and not _holds(view, self.when)):
            return "", ""
        return self.identity.text(values), view.text(self.namespace).lower()


def _as_hl7_minute(time: str) -> str:
    """A time to the minute, by the clock it was told by, as HL7 v2 writes it; or its day."""
    return re.sub(r"[-T:]", "", time[:_MINUTE]) if len(time) >= _MINUTE else time[:_DAY]


def _named(view: _View, identities: Iterable[_Identity]) -> tuple[str, str]:
    """By the first identity of which the resource says everything."""
    found = (identity.read(view) for identity in identities)
    return next((each for each in found if each[0]), ("", ""))


def _procedure_code(found: Found) -> Found | None:
    """The code: of a Coding, when its system is CPT or HCPCS; or where the feed says that a code stands."""
    if not isinstance(found.value, dict):
        return found if found.text.strip() else None
    system, code = as_text(found.value.get("system")), as_text(found.value.get("code"))
    if system.lower() not in PROCEDURE_CODE_SYSTEMS or not code.strip():
        return None
    return Found(code, f"{found.path}.code", found.event_id)


def _narrative(found: Found) -> str:
    """The words of a string, of a narrative, or of an attachment."""
    if isinstance(found.value, dict):
        return attachment_text(found.value)
    return text_of(found.text) if found.path.endswith(".div") else found.text.strip() and found.text


def _source(found: Found, text: str) -> Source:
    """Where a text stands."""
    return Source(found.path, 0, len(text), text, found.event_id)
