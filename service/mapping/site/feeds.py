"""Feeds: mappings/feeds/*.yaml, which messages a source sends and where in them each element stands."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from service.domain.documentation import BillingContext
from service.domain.errors import MappingError
from service.domain.event import Format
from service.domain.feed import ElementPaths, Feed, Identity
from service.mapping.documented.vocabulary import Vocabulary
from service.mapping.files.faults import Faults
from service.mapping.files.yaml_fault import nearest
from service.mapping.files.yaml_file import Lines, read_yaml
from service.mapping.site.feed_senders import check_senders, is_from

_PERIOD = "[1-9][0-9]{0,3}[mhd]"
_UNITS = {"m": 60.0, "h": 3600.0, "d": 86_400.0}
_CONTEXT_FIELDS = tuple(field.name for field in fields(BillingContext))


def _checked_period(text: str) -> str:
    if text and not re.fullmatch(_PERIOD, text):
        message = f"{text!r} is no period: write 90m, 4h or 2d"
        raise ValueError(message)
    return text


_Period = Annotated[
    str, AfterValidator(_checked_period), Field(json_schema_extra={"pattern": f"^({_PERIOD})?$"})
]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Element(_Written):
    paths: tuple[str, ...] = ()
    values: dict[str, str] = {}
    fallback: tuple[str, ...] = ()


class _Identity(_Written):
    """What tells procedures or documents apart: all that is named here must be said."""

    name: str = Field(pattern="^[a-z][a-z_]*$")
    of: tuple[str, ...] = Field(min_length=1)
    day: str = ""
    time: str = ""
    namespace: str = ""
    when: dict[str, tuple[str, ...]] = {}
    weak: bool = False


class _Stated(_Written):
    code: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    sure: dict[str, tuple[str, ...]] = {}


class FeedFile(_Written):
    format: Literal["feed/1"]
    title: str
    messages: Literal["hl7v2", "fhir"]
    accepts: tuple[str, ...]
    each: str
    owns: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    match: dict[Literal["MSH-3", "MSH-4"], str] = {}
    acknowledge: Literal["as_asked", "original"] | None = None
    application_acks_to: str = Field("", pattern=r"^([^\s:]+|\[[0-9A-Fa-f:]+\]):\d{1,5}$|^$")
    out_of_sequence: Literal["taken", "refused"] | None = None
    facility: str = ""
    timezone: str = ""
    expect_every: _Period = ""
    key: tuple[_Identity, ...] = ()
    document: tuple[_Identity, ...] = ()
    replaces: tuple[_Identity, ...] = ()
    adds_to: tuple[_Identity, ...] = ()
    names: tuple[_Identity, ...] = ()
    sends: Literal["delta", "snapshot"] = "delta"
    plan: tuple[str, ...] = ()
    version: tuple[str, ...] = ()
    certain: bool = False
    withdrawn: dict[str, tuple[str, ...]] = {}
    ignored: dict[str, tuple[str, ...]] = {}
    signed: dict[str, tuple[str, ...]] = {}
    partial: dict[str, tuple[str, ...]] = {}
    context: dict[str, tuple[str, ...]] = {}
    stated: _Stated = _Stated()
    elements: dict[str, _Element] = {}
    named_observations: bool = False
    narratives: tuple[str, ...] = ()
    constants: dict[str, str] = {}


def load_feeds(folder: Path, vocabulary: Vocabulary) -> tuple[Feed, ...]:
    """Read every feed; a feed is named as its file is."""
    read: list[tuple[Feed, Lines]] = []
    faults = Faults()
    for path in sorted(folder.glob("*.yaml")):
        with faults.gathered():
            read.append(_read(path, vocabulary))
    claimed: dict[tuple[object, ...], str] = {}
    for feed, lines in read:
        for message in feed.accepts:
            claim = (feed.format, message, *sorted(feed.match.items()))
            if other := claimed.get(claim):
                faults.add(lines.error(f"feed {other!r} takes {message} of the same sources", "accepts"))
            claimed[claim] = feed.name
    with faults.gathered():
        check_senders(read)
    faults.tell()
    return tuple(feed for feed, _ in read)


def load_feed(path: Path, vocabulary: Vocabulary) -> Feed:
    """Read one feed, wherever it stands."""
    return _read(path, vocabulary)[0]


def choose_feed(
    feeds: Iterable[Feed],
    *,
    format: Format,  # noqa: A002  the name it has in Event
    message_type: str,
    fields: Mapping[str, str],
) -> Feed | None:
    """Return the feed that takes a message: the one whose `match` says most about the source."""
    fitting = (
        feed
        for feed in feeds
        if feed.format is format and message_type in feed.accepts and is_from(feed, fields)
    )
    return max(fitting, key=lambda feed: len(feed.match), default=None)


def _read(path: Path, vocabulary: Vocabulary) -> tuple[Feed, Lines]:
    file, lines = read_yaml(path, FeedFile)
    _check(file, _Checks(vocabulary, lines, Faults()))
    return _feed(path.stem, file, lines), lines


@dataclass(frozen=True, slots=True)
class _Checks:
    """Tells what a feed names that does not exist, and where."""

    vocabulary: Vocabulary
    lines: Lines
    faults: Faults

    def note(self, message: str, *place: str | int) -> None:
        self.faults.add(self.lines.error(message, *place))

    def value(self, element: str, text: str, *place: str) -> None:
        try:
            self.vocabulary.understand(element, text)
        except (MappingError, ValueError) as error:
            self.note(str(error), *place)

    def element(self, name: str, *place: str) -> None:
        try:
            self.vocabulary.element(name)
        except MappingError as error:
            self.note(error.problem, *place)

    def timezone(self, name: str) -> None:
        try:
            ZoneInfo(name or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.note(f"{name!r} is not an IANA time zone", "timezone")


def _check(file: FeedFile, checks: _Checks) -> None:
    checks.timezone(file.timezone)
    for name in file.context:
        if name not in _CONTEXT_FIELDS:
            message = f"{name!r} is no field of the billing context{nearest(name, _CONTEXT_FIELDS)}"
            checks.note(message, "context", name)
    for name, text in file.constants.items():
        checks.element(name, "constants", name)
        checks.value(name, text, "constants", name)
    for name, element in file.elements.items():
        _check_element(name, element, checks)
    checks.faults.tell()


def _check_element(name: str, element: _Element, checks: _Checks) -> None:
    checks.element(name, "elements", name)
    known = {code.lower() for code in element.values}
    for code, value in element.values.items():
        if value:
            checks.value(name, value, "elements", name, "values", code)
    for i, code in enumerate(element.fallback):
        if code.lower() not in known:
            message = f"{code!r} is not among the values of {name}{nearest(code, known)}"
            checks.note(message, "elements", name, "fallback", i)


def _feed(name: str, file: FeedFile, lines: Lines) -> Feed:
    return Feed(
        name=name,
        format=Format(file.messages),
        elements=tuple(
            ElementPaths(
                element,
                written.paths,
                {code.lower(): value for code, value in written.values.items()},
                tuple(code.lower() for code in written.fallback),
            )
            for element, written in file.elements.items()
        ),
        **_all_identities(file),
        stated_code=file.stated.code,
        stated_modifiers=file.stated.modifiers,
        stated_units=file.stated.units,
        stated_own=file.stated.own,
        stated_sure=file.stated.sure,
        expect_every=_seconds(file.expect_every),
        file=lines.file,
        lines=_first_lines(file, lines),
        **file.model_dump(include=_AS_WRITTEN),
    )


def _first_lines(file: FeedFile, lines: Lines) -> dict[str, int]:
    """Where each path is written first."""
    found: dict[str, int] = {}
    for path, place in _texts(file.model_dump(include=_WITH_PATHS), ()):
        found.setdefault(path, lines.at(*place))
    return found


def _seconds(period: str) -> float:
    """ "90m", "4h", "2d" in seconds; "" is 0."""
    return int(period[:-1]) * _UNITS[period[-1]] if period else 0.0


def _all_identities(file: FeedFile) -> dict[str, Any]:
    return {name: _identities(getattr(file, name)) for name in _IDENTITIES}


def _identities(written: Iterable[_Identity]) -> tuple[Identity, ...]:
    return tuple(
        Identity(each.name, each.of, each.day, each.time, each.namespace, each.when, each.weak)
        for each in written
    )


def _texts(written: object, place: tuple[str | int, ...]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Every text with its place, keys too: the paths are among them."""
    if isinstance(written, str):
        yield written, place
    pairs = written.items() if isinstance(written, dict) else ()
    for key, below in pairs:
        yield key, (*place, key)
        yield from _texts(below, (*place, key))
    for at, below in enumerate(written if isinstance(written, tuple | list) else ()):
        yield from _texts(below, (*place, at))


_IDENTITIES = ("key", "document", "replaces", "adds_to", "names")
_WITH_PATHS = {
    *_IDENTITIES,
    "signed",
    "plan",
    "version",
    "withdrawn",
    "ignored",
    "partial",
    "context",
    "stated",
    "elements",
    "narratives",
}
#: Keys that mean the same in the file and in Feed.
_AS_WRITTEN = {field.name for field in fields(Feed)} & set(FeedFile.model_fields) - {
    *_IDENTITIES,
    "format",
    "elements",
    "expect_every",
}
