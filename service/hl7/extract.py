"""An HL7 v2 event into reports: for each procedure of the message, what stands where its feed expects it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import groupby

from service.domain.documentation import BillingContext, Narrative, ProcedureReport, Reading, Source
from service.domain.event import Event
from service.domain.feed import Feed
from service.hl7.message import Message, Segment, decode
from service.hl7.path import Found, HL7Path, compile_path
from service.hl7.scopes import Scope, scopes
from service.hl7.stated import StatedPaths
from service.hl7.times import iso_date, version_digits

#: OBX-11 of what is not, or no longer, a result: deleted, wrong, not obtainable, not asked, order detail,
#: and what is preliminary: an amendment or a final value is still to come.
_NO_RESULT = frozenset("DWXNOPRSI")
_OBSERVATION_NAMES = (1, 2, 4, 5)  # OBX-3: code and text, alternate code and text
_LIKE_A_DOT = re.compile(r"[\s._-]+")
_SET_ID = re.compile(r"[0-9]{1,6}")
_CONTEXT_FIELDS = frozenset(field.name for field in fields(BillingContext))
_Conditions = tuple[tuple[HL7Path, frozenset[str]], ...]


class Extractor:
    """Reads the messages of one feed; its paths are made ready once.

    Raises ValueError when the feed holds something that is no path, or no field of the billing context.
    """

    def __init__(self, feed: Feed, element_names: frozenset[str]) -> None:
        self._feed = feed
        self._names = {_plain(name): name for name in element_names}
        self._elements = [(element.element, _paths(element.paths)) for element in feed.elements]
        self._narratives = _paths(feed.narratives)
        self._key, self._document = _paths(feed.key), _paths(feed.document)
        self._version = _paths((*feed.version, "MSH-7"))
        self._ignored, self._withdrawn = _conditions(feed.ignored), _conditions(feed.withdrawn)
        self._context = {name: _paths(paths) for name, paths in feed.context.items()}
        self._stated = StatedPaths.of(feed)
        self._observation = compile_path("OBX-5")
        unknown = self._context.keys() - _CONTEXT_FIELDS
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))}: no field of the billing context")

    def extract(self, event: Event) -> tuple[ProcedureReport, ...]:
        """The reports of one stored message; raises InputError when it cannot be read."""
        message = Message.parse(decode(event.body, event.charset).text)
        return tuple(
            self._report(scope, event)
            for scope in scopes(message.segments, self._feed)
            if not scope.says(self._ignored)
        )

    def _report(self, scope: Scope, event: Event) -> ProcedureReport:
        results = scope.only("OBX", _is_result)
        named = list(self._named_observations(results))
        taken = {id(segment) for _, segment in named}
        key = _identifier(scope, self._key) or f"event:{event.id}:{scope.ordinal}"
        return ProcedureReport(
            procedure_key=key,
            document=_identifier(scope, self._document) or f"{event.message_type}:{key}",
            version=_version(scope, self._version),
            readings=self._readings(results, named, event.id),
            narratives=self._read_narratives(
                results.only("OBX", lambda segment: id(segment) not in taken), event.id
            ),
            stated=self._stated.read(scope, event.id),
            context=_context(scope, self._context),
            certain=self._feed.certain,
            withdrawn=scope.says(self._withdrawn),
        )

    def _named_observations(self, scope: Scope) -> Iterator[tuple[str, Segment]]:
        """The OBX whose identifier is the name of an element."""
        if not self._feed.named_observations:
            return
        for segment in scope.of("OBX"):
            names = (self._names.get(_plain(segment.component(3, c))) for c in _OBSERVATION_NAMES)
            element = next(filter(None, names), None)
            if element:
                yield element, segment

    def _readings(
        self, scope: Scope, named: Sequence[tuple[str, Segment]], event_id: str
    ) -> tuple[Reading, ...]:
        """By the feed's paths, then by name; what both find is read once."""
        readings: dict[tuple[str, str], Reading] = {}
        for element, paths in self._elements:
            first = scope.first(paths)
            for found in first[1] if first else ():
                readings.setdefault((element, found.path), _reading(element, found, event_id))
        for element, segment in named:
            for found in self._observation.read([segment]):
                readings.setdefault((element, found.path), _reading(element, found, event_id))
        return tuple(readings.values())

    def _read_narratives(self, scope: Scope, event_id: str) -> tuple[Narrative, ...]:
        narratives: dict[str, Narrative] = {}
        for path in self._narratives:
            for text in _texts(scope, path, event_id):
                narratives.setdefault(text.source.path, text)
        return tuple(narratives.values())


def _texts(scope: Scope, path: HL7Path, event_id: str) -> Iterator[Narrative]:
    """What a path finds, the lines of one text as one narrative."""
    for _, run in groupby(_with_run(scope.of(path.segment)), key=lambda item: item[0]):
        found = path.read([segment for _, segment in run])
        if found:
            text = "\n".join(line.text for line in found)
            yield Narrative(text, Source(_range(found, path), 0, len(text), text, event_id))


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


def _reading(element: str, found: Found, event_id: str) -> Reading:
    return Reading(element, found.text, Source(found.path, 0, len(found.text), found.text, event_id))


def _identifier(scope: Scope, paths: Sequence[HL7Path]) -> str:
    """A value with its place before it, so that equal values of different places never meet."""
    first = scope.first(paths)
    return f"{first[0].place}:{first[1][0].text.strip()}" if first else ""


def _version(scope: Scope, paths: Sequence[HL7Path]) -> str:
    texts = (version_digits(found.text) for path in paths for found in scope.read(path)[:1])
    return next(filter(None, texts), "")


def _context(scope: Scope, paths: Mapping[str, Sequence[HL7Path]]) -> BillingContext:
    values = {name: first[1][0].text.strip() for name, of in paths.items() if (first := scope.first(of))}
    if "patient_birth_date" in values:
        values["patient_birth_date"] = iso_date(values["patient_birth_date"])  # PID-7
    return BillingContext(**values)


def _is_result(observation: Segment) -> bool:
    return observation.component(11, 1).strip().upper() not in _NO_RESULT


def _plain(name: str) -> str:
    return _LIKE_A_DOT.sub(".", name.strip().lower())


def _paths(texts: Sequence[str]) -> tuple[HL7Path, ...]:
    return tuple(map(compile_path, texts))


def _conditions(values: Mapping[str, Sequence[str]]) -> _Conditions:
    return tuple(
        (compile_path(path), frozenset(value.lower() for value in wanted)) for path, wanted in values.items()
    )
