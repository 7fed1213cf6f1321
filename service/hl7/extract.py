"""An HL7 v2 event into reports: for each procedure of the message, what stands where its feed expects it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from itertools import groupby

from service.domain.documentation import (
    BillingContext,
    Narrative,
    Plan,
    ProcedureReport,
    Reading,
    Source,
    Ties,
)
from service.domain.errors import Fault, UnreadableInput
from service.domain.event import Event
from service.domain.feed import Feed
from service.hl7.header import BEGINS_LINK
from service.hl7.identity import Identified, IdentityPaths, conditions, identify, names_of
from service.hl7.message import Message, Segment, decode
from service.hl7.observations import NamedObservations, observation_of, reading_of, results_among
from service.hl7.path import Found, HL7Path, compile_path, path_of
from service.hl7.repeated import takes_its_place, together
from service.hl7.scopes import Scope, scopes
from service.hl7.stated import StatedPaths
from service.hl7.times import iso_date, version_digits

_DOCUMENTING = frozenset({"OBX", "PR1"})  # segments that say what was done
_SET_ID = re.compile(r"[0-9]{1,6}")
_CONTEXT_FIELDS = frozenset(field.name for field in fields(BillingContext))
#: Where a segment of text, by name, is labelled: field, and components from the best on. TXA-2, OBX-3, NTE-4.
_LABELS = {"TXA": (2, (2, 1)), "OBX": (3, (2, 5, 1)), "NTE": (4, (2, 1))}


class Extractor:
    """Reads the messages of one feed; its paths are made ready once.

    Raises MappingError, with file and line, when the feed holds something that is no path.
    """

    def __init__(self, feed: Feed, element_names: frozenset[str]) -> None:
        self._feed = feed
        self._named = NamedObservations(element_names if feed.named_observations else ())
        self._elements = [(element.element, _paths(feed, element.paths)) for element in feed.elements]
        self._narratives = _paths(feed, feed.narratives)
        self._key, self._document, self._replaces, self._adds_to, self._names_of = (
            tuple(IdentityPaths.of(feed, identity) for identity in identities)
            for identities in (feed.key, feed.document, feed.replaces, feed.adds_to, feed.names)
        )
        self._plan = _paths(feed, feed.plan)
        self._version, self._made = _paths(feed, feed.version), _paths(feed, ("MSH-7",))
        self._ignored, self._withdrawn, self._partial, self._signed = (
            conditions(feed, each) for each in (feed.ignored, feed.withdrawn, feed.partial, feed.signed)
        )
        self._context = {name: _paths(feed, paths) for name, paths in feed.context.items()}
        self._stated = StatedPaths.of(feed)
        self._observation = compile_path("OBX-5")
        unknown = self._context.keys() - _CONTEXT_FIELDS
        if unknown:
            raise feed.error(f"no field of the billing context: {', '.join(sorted(unknown))}", "")

    def extract(self, event: Event) -> tuple[ProcedureReport, ...]:
        """The reports of one stored message; raises InputError when it cannot be read."""
        message = Message.parse(decode(event.body, event.charset).text)
        self._refuse_what_belongs_to_nothing(message)
        said = (s for s in scopes(message.segments, self._feed) if self._is_told(s))
        return tuple(self._reports(said, event))

    def _refuse_what_belongs_to_nothing(self, message: Message) -> None:
        """What would be passed over, whatever it says: a report without OBR, segments that nothing ends."""
        if len(message.segments) == 1 and message.get("MSH-13") not in BEGINS_LINK:
            problem = "there is nothing behind MSH: a segment ends with a carriage return (0x0D)"
            raise UnreadableInput(Fault("MSH", "100", problem))
        opener = self._feed.each
        owned = _DOCUMENTING.intersection(self._feed.owns)
        if self._plan or not owned or any(segment.name == opener for segment in message.segments):
            return
        for segment in message.segments:
            if segment.name in owned:
                problem = f"there is {segment.name}, and no {opener} that says what it belongs to"
                raise UnreadableInput(Fault(opener, "100", problem))

    def _is_told(self, scope: Scope) -> bool:
        """Whatever its state, what is taken back is taken back."""
        return not scope.says(self._ignored) or scope.says(self._withdrawn)

    def _pending(self, scope: Scope) -> str:
        """Why a document says nothing yet."""
        for path, values in self._signed:
            if (state := scope.texts[path]).lower() not in values:
                return f"{path.text} is {state:.20}"
        return ""

    def _reports(self, said: Iterable[Scope], event: Event) -> Iterator[ProcedureReport]:
        """What is told apart by what was done on a day is done as often as the message says."""
        times: Counter[str] = Counter()
        told: list[list[ProcedureReport]] = []
        latest: dict[tuple[str, str, str], list[ProcedureReport]] = {}
        for scope in said:
            report, by_day = self._report(scope, event)
            times[report.procedure_key] += by_day and not report.withdrawn
            number = times[report.procedure_key]
            if number > 1:
                report = replace(report, procedure_key=f"{report.procedure_key}#{number}")
            version = report.procedure_key, report.document, report.version
            earlier = latest.get(version)
            if earlier is None or earlier[-1].withdrawn or takes_its_place(self._feed, scope, report):
                told.append([report])
                latest[version] = told[-1]
            else:
                earlier.append(report)
        return map(together, told)

    def _report(self, scope: Scope, event: Event) -> tuple[ProcedureReport, bool]:
        """The report, and whether its procedure is told by what was done on a day."""
        results = scope.only("OBX", results_among(scope.of("OBX")))
        named, others = self._named.told_apart(results.of("OBX"))
        identified = identify(scope, self._key)
        key = identified.text or f"event:{event.id}:{scope.ordinal}"
        document = identify(scope, self._document).text or f"{event.message_type}:{key}"
        report = ProcedureReport(
            procedure_key=key,
            document=document,
            version=self._version_of(scope),
            readings=self._readings(results, named, event.id),
            narratives=self._read_narratives(results.only("OBX", others), event.id),
            stated=self._stated.read(scope, event.id),
            context=_context(scope, self._context),
            certain=self._feed.certain,
            withdrawn=scope.says(self._withdrawn),
            replaces=identify(scope, self._replaces).text,
            namespace=identified.namespace,
            changes=self._changes(scope),
            pending=self._pending(scope) if self._signed else "",
            adds_to=identify(scope, self._adds_to).text if self._adds_to else "",
            ties=self._ties(scope, event, document, identified),
        )
        return report, identified.by_day

    def _ties(self, scope: Scope, event: Event, document: str, identified: Identified) -> Ties:
        names = names_of(scope, self._names_of)
        listing = ""
        if self._feed.sends == "snapshot":
            listing = f"list:{self._feed.name}|{event.sender}|{document}"
            names = (*names, listing)
        plan = self._planned(scope, event.id) if self._plan else None
        return Ties(names, identified.is_weak or not identified.text or plan is not None, listing, plan)

    def _planned(self, scope: Scope, event_id: str) -> Plan:
        found = [found for path in self._plan for found in scope.read(path)[:1]]
        text = " / ".join(dict.fromkeys(each.text.strip() for each in found))
        path = found[0].path if found else self._feed.each
        return Plan(text, Source(path, 0, len(text), text, event_id), scope.says(self._withdrawn))

    def _changes(self, scope: Scope) -> frozenset[str] | None:
        """What a message changes that does not repeat the rest; None when it tells everything."""
        if not self._partial or not scope.says_throughout(self._partial):
            return None
        return frozenset(map(observation_of, scope.of("OBX")))

    def _version_of(self, scope: Scope) -> str:
        """When this version was made, and then when its message was: a cancellation may repeat the former."""
        return " ".join(filter(None, (_time(scope, self._version), _time(scope, self._made))))

    def _readings(
        self, scope: Scope, named: Sequence[tuple[str, Segment]], event_id: str
    ) -> tuple[Reading, ...]:
        """By the feed's paths, then by name; what both find is read once."""
        found = [(element, each) for element, paths in self._elements for each in scope.first(paths)]
        found += [
            (element, each)
            for element, segment in named
            for each in self._observation.found_in(segment, segment.field(5))
        ]
        readings: dict[tuple[str, str], Reading] = {}
        for element, each in found:
            reading = reading_of(element, each, event_id)
            readings.setdefault((element, reading.source.path), reading)
        return tuple(readings.values())

    def _read_narratives(self, scope: Scope, event_id: str) -> tuple[Narrative, ...]:
        narratives: dict[str, Narrative] = {}
        for path in self._narratives:
            for text in _texts(scope, path, event_id):
                narratives.setdefault(text.source.path, text)
        return tuple(narratives.values())


def _texts(scope: Scope, path: HL7Path, event_id: str) -> Iterator[Narrative]:
    """What a path finds, the lines of one text as one narrative."""
    whole = "".join(_label(segment) for segment in scope.of("TXA")[:1])
    for _, run in groupby(_with_run(scope.of(path.segment)), key=lambda item: item[0]):
        found = path.read([segment for _, segment in run])
        if found:
            text = "\n".join(line.text for line in found)
            title = " / ".join(filter(None, (whole, _label(found[0].segment))))
            source = Source(_range(found, path), 0, len(text), text, event_id)
            yield Narrative(text, source, title, observation_of(found[0].segment))


def _label(segment: Segment) -> str:
    """What a segment says that its text is; "" when it says nothing, or the text stands elsewhere."""
    field, components = _LABELS.get(segment.name, (0, ()))
    return next(filter(None, (segment.component(field, at).strip() for at in components)), "")


def _with_run(segments: Sequence[Segment]) -> Iterator[tuple[int, Segment]]:
    """Number the runs of segments that senders use as the lines of one text."""
    run, before = 0, None
    for segment in segments:
        run += before is None or not _continues(before, segment)
        before = segment
        yield run, segment


def _continues(before: Segment, segment: Segment) -> bool:
    if segment.name == "OBX":
        return bool(segment.field(3)) and segment.field(3) == before.field(3)  # one OBX-3, one text
    if segment.name == "NTE":
        number, last = segment.field(1), before.field(1)  # NTE-1 counts the lines of one note
        return bool(_SET_ID.fullmatch(number) and _SET_ID.fullmatch(last)) and int(number) == int(last) + 1
    return False


def _range(found: Sequence[Found], path: HL7Path) -> str:
    first, last = found[0], found[-1]
    if first.segment is last.segment:
        return first.path
    return f"{first.segment.name}[{first.segment.index}..{last.segment.index}]-{path.field}"


def _time(scope: Scope, paths: Sequence[HL7Path]) -> str:
    return next(filter(None, (version_digits(scope.texts[path]) for path in paths)), "")


def _context(scope: Scope, paths: Mapping[str, Sequence[HL7Path]]) -> BillingContext:
    values = {name: text for name, of in paths.items() if (text := scope.text(of))}
    if "patient_birth_date" in values:
        values["patient_birth_date"] = iso_date(values["patient_birth_date"])  # PID-7
    if "patient_id_authority" in values:
        beside = _beside(scope, paths.get("patient_id", ()), paths["patient_id_authority"])
        values |= {} if beside is None else {"patient_id_authority": beside}  # PID-3.4
    return BillingContext(**values)


def _beside(scope: Scope, numbers: Sequence[HL7Path], authorities: Sequence[HL7Path]) -> str | None:
    """The authority of the repetition in which the number stands; None where it is to be read elsewhere.

    Another number of the same patient (PID-3) is another authority's.
    """
    for number in scope.first(numbers)[:1]:
        segment, at = number.segment, number.read_by.field
        there = [path for path in authorities if (path.segment, path.field) == (segment.name, at)]
        raw = segment.repetitions(at)[number.repetition]
        texts = (segment.component_of(raw, path.component, path.subcomponent).strip() for path in there)
        return next(filter(None, texts), "") if there else None
    return None


def _paths(feed: Feed, texts: Sequence[str]) -> tuple[HL7Path, ...]:
    return tuple(path_of(feed, text) for text in texts)
