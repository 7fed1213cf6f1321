"""Read a YAML file of mappings/ strictly: one way to write a thing, and the line of whatever is wrong.

A table of codes is hurt by YAML's kindness: 01967 becomes an octal number, `no` becomes false, an alias
hides what a row says. So only true, false, null, plain numbers and text are understood.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from service.domain.errors import MappingError
from service.mapping.files.faults import Faults
from service.mapping.files.yaml_fault import say, say_yaml

M = TypeVar("M", bound=BaseModel)
Json = Any

MAX_BYTES = 1 << 20
MAX_DEPTH = 24

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_LOOKS_LIKE_CODE = re.compile(r"[0-9]{5}|0[0-9]+")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class _Place:
    """A node's line (of its key, where it has one) and the places below it."""

    line: int
    below: dict[str | int, "_Place"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lines:
    """Where each key and item of one file stands; equal to those of another reading of the same bytes."""

    file: str  # as shown to people: mappings/tables/x.yaml
    hash: str  # SHA-256 of the file
    _root: _Place = field(compare=False)

    def at(self, *keys: str | int) -> int:
        """Line of a key path; of its nearest ancestor where a part of the path does not exist."""
        place = self._root
        for key in keys:
            place = place.below.get(key, place)
        return place.line

    def error(self, message: str, *keys: str | int) -> MappingError:
        """Build the error that points at a key path."""
        return MappingError(message, self.file, self.at(*keys))


def read_yaml(path: Path, model: type[M]) -> tuple[M, Lines]:
    """Read one file as `model`; MappingError with file and line where it is not as it should be."""
    file, faults = shown_name(path), Faults()
    raw = _bytes_of(path, file)
    data, root = _Builder(file, _text_of(raw, file), faults).document()
    lines = Lines(file, hashlib.sha256(raw).hexdigest(), root)
    try:
        # As JSON: pydantic's strict mode then takes lists for tuples and ISO text for dates, and no more.
        read = model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        faults.add(*_in_order(error, model, lines))
    faults.tell()
    return read, lines


def shown_name(path: Path) -> str:
    """Name a file as people know it: from the folder that holds mappings/ on."""
    for folder in path.parents:
        if (folder / "vocabulary.yaml").is_file():
            return path.relative_to(folder.parent).as_posix()
    return path.name


def _bytes_of(path: Path, file: str) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise MappingError(f"cannot be read: {error.strerror}", file, 1) from None
    if len(raw) > MAX_BYTES:
        raise MappingError(f"is larger than {MAX_BYTES} bytes", file, 1)
    return raw


def _text_of(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise MappingError("is not UTF-8 text", file, line) from None


def _in_order(error: ValidationError, model: type[BaseModel], lines: Lines) -> Iterator[MappingError]:
    schema = model.model_json_schema()
    absent: dict[tuple[str | int, ...], list[str]] = {}
    for fault in sorted(error.errors(), key=lambda fault: lines.at(*fault["loc"])):
        if fault["type"] == "missing":
            absent.setdefault(fault["loc"][:-1], []).append(repr(fault["loc"][-1]))
        else:
            yield lines.error(say(fault, schema), *fault["loc"])
    # What is missing comes last: most often it is there, and misspelt.
    for place, names in absent.items():
        yield lines.error(f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} missing", *place)


class _Builder:
    """Builds plain data, and the lines it came from, out of PyYAML's events.

    Events, not nodes: a node no longer says that it was an alias, and composing deep nesting recurses.
    """

    def __init__(self, file: str, text: str, faults: Faults) -> None:
        self.file = file
        self._faults = faults  # those after which the rest can be read
        self._events = self._read(text)
        self._depth = 0

    def document(self) -> tuple[Json, _Place]:
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            raise MappingError("is empty", self.file, 1)
        data, place = self._node(next(self._events))
        next(self._events)  # the document's end
        after = next(self._events)
        if isinstance(after, yaml.DocumentStartEvent):
            raise self._error("a second document begins; write one document a file", after)
        return data, place

    def _read(self, text: str) -> Iterator[yaml.Event]:
        try:
            events = yaml.parse(text, Loader=yaml.CSafeLoader)
            yield from (event for event in events if not isinstance(event, yaml.StreamStartEvent))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise MappingError(say_yaml(str(error.problem)), self.file, line) from None
        except yaml.YAMLError as error:
            raise MappingError(f"is not YAML: {str(error).splitlines()[0]}", self.file, 1) from None

    def _node(self, event: yaml.Event) -> tuple[Json, _Place]:
        self._refuse_indirection(event)
        place = _Place(_line(event))
        if isinstance(event, yaml.AliasEvent):
            return None, place
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event), place
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"is nested deeper than {MAX_DEPTH}", event)
        build = self._mapping if isinstance(event, yaml.MappingStartEvent) else self._sequence
        data = build(place)
        self._depth -= 1
        return data, place

    def _sequence(self, place: _Place) -> list[Json]:
        items: list[Json] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            item, place.below[len(items)] = self._node(event)
            items.append(item)
        return items

    def _mapping(self, place: _Place) -> dict[str, Json]:
        data: dict[str, Json] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event)
            if key in data:
                first = place.below[key].line
                self._note(f"key {key!r} is written twice; the first stands in line {first}", event)
            data[key], below = self._node(next(self._events))
            below.line = _line(event)
            place.below[key] = below
        return data

    def _key(self, event: yaml.Event) -> str:
        """Return a key as written: the local code 01 stays "01" here, quoted or not."""
        self._refuse_indirection(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise self._error("a key must be a word", event)
        return str(event.value)

    def _scalar(self, event: yaml.ScalarEvent) -> Json:
        text: str = event.value
        if event.style:  # quoted or block text
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _LOOKS_LIKE_CODE.fullmatch(text):
            self._note(f'put the code in quotes: "{text}"', event)
            return text
        if _INTEGER.fullmatch(text):
            return int(text)
        return float(text) if _NUMBER.fullmatch(text) else text

    def _refuse_indirection(self, event: yaml.Event) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            self._note(f"alias *{anchor} is not allowed; write the value out", event)
        elif anchor:
            self._note(f"anchor &{anchor} is not allowed; write the value out", event)
        if tag:
            self._note(f"tag {tag} is not allowed; write plain values", event)

    def _note(self, message: str, event: yaml.Event) -> None:
        self._faults.add(self._error(message, event))

    def _error(self, message: str, event: yaml.Event) -> MappingError:
        return MappingError(message, self.file, _line(event))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
