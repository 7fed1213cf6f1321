"""Corpus: procedures to try mappings on, out of files or out of the database."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from service import fhir, hl7
from service.domain.documentation import Documentation
from service.domain.errors import InputError, SetupError, UnreadableInput
from service.domain.event import Event
from service.mapping import Mappings, documentation_from_json
from service.pipeline.chart import Reader
from service.pipeline.trial import Keyed, fhir_event, hl7_event, is_fhir


def documented(reader: Reader, path: Path) -> Iterator[tuple[str, Documentation]]:
    """Yield (name, documentation) of every procedure in a file: JSON lines of elements, HL7 v2, or FHIR."""
    body = content(path)
    if path.suffix == ".jsonl" or _is_record(body):
        yield from _of_elements(reader.mappings, path, body)
        return
    for number, event in enumerate(events_of(body), 1):
        for key, keyed in by_key(reader, [event]).items():
            yield f"{path.name}:{number} {key}", reader.chart(keyed).documentation


def by_key(
    reader: Reader,
    events: Iterable[Event],
    companions: Mapping[str, tuple[fhir.Companion, ...]] | None = None,
) -> dict[str, Keyed]:
    """Return what events say of each procedure; what cannot be read says nothing.

    `companions` are those of each event, by its id.
    """
    found: dict[str, Keyed] = {}
    for event in events:
        try:
            parts = reader.read(event, (companions or {}).get(event.id, ())).parts
        except InputError:
            continue
        for key, part in parts:
            found.setdefault(key, []).append((key, part))
    return found


def content(path: Path) -> bytes:
    """Read a file; SetupError when it cannot be."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SetupError(f"{path}: {error.strerror}") from None


def _is_record(body: bytes) -> bool:
    """Whether JSON is a record of elements rather than a FHIR resource."""
    try:
        found = json.loads(body) if body.lstrip()[:1] == b"{" else None
    except ValueError:
        return False
    return isinstance(found, dict) and "resourceType" not in found


def _of_elements(mappings: Mappings, path: Path, body: bytes) -> Iterator[tuple[str, Documentation]]:
    text = body.decode("utf-8", "replace")
    for number, line in enumerate(text.splitlines() if path.suffix == ".jsonl" else [text], 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            read = documentation_from_json(mappings.vocabulary, record)
        except UnreadableInput as error:
            raise SetupError(f"{path}:{number}: {error}") from None
        except ValueError:
            raise SetupError(f"{path}:{number}: this is not JSON") from None
        for each in read:
            yield f"{record.get('id') or f'{path.name}:{number}'} {each.procedure_key}", each


def events_of(body: bytes) -> Iterator[Event]:
    """Yield the messages of a file."""
    if is_fhir(body):
        yield fhir_event(body)[1]
        return
    for message in hl7.split_messages(body):
        yield hl7_event(message)[1]
