"""mappings check: lint the mappings, and run their tests."""

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from service.commands.corpus import by_key, content, events_of
from service.commands.options import Data, Stored
from service.commands.stored import stored_events
from service.domain.edits import CodeLimits
from service.domain.errors import MappingError
from service.domain.event import Event
from service.edits import read_mue, read_pfs
from service.fhir import Companion
from service.mapping import Finding, Mappings, finding_of
from service.mapping.lint.check import found_in, read_and_check
from service.mapping.load import ready
from service.mapping.site.seen import Seen, count, untranslated
from service.pipeline.chart import Reader
from service.wiring.given_settings import read_settings

Folder = Annotated[Path | None, typer.Argument(help="Folder of the mappings [default: the shipped ones]")]


def check(
    folder: Folder = None,
    *,
    mue: Annotated[Path | None, typer.Option(help="CMS's MUE file of this setting")] = None,
    pfs: Annotated[Path | None, typer.Option(help="CMS's relative value file")] = None,
    seen: Annotated[
        list[Path] | None, typer.Option(help="Messages: which of their codes no feed knows")
    ] = None,
    stored_too: Stored = False,
    data: Data = None,
) -> None:
    """Lint every file and run every table's tests; exit 1 when something must be mended.

    With files of CMS, units and modifiers are held against them too; with messages, the local codes in them
    against the feeds.
    """
    where = folder or read_settings().mappings
    limits = CodeLimits(read_mue(mue) if mue else {}, read_pfs(pfs) if pfs else {})
    checked = read_and_check(where)
    findings = found_in(checked, limits)
    if not any(finding.is_error for finding in findings):
        given = ((event, ()) for path in seen or [] for event in events_of(content(path)))
        kept = stored_events(data, "mappings check") if stored_too else ()
        findings += _in_use(ready(checked), chain(given, kept))
    for finding in findings:
        typer.echo(str(finding))
    if any(finding.is_error for finding in findings):
        sys.exit(1)
    typer.echo(f"{where.name}: in order")


def _in_use(mappings: Mappings, events: Iterable[tuple[Event, tuple[Companion, ...]]]) -> Iterator[Finding]:
    """What the readers of HL7 and FHIR know: a path of a feed that is none, and codes nobody knows."""
    try:
        reader = Reader(mappings)
    except MappingError as error:
        yield finding_of(error)
    else:
        yield from _untranslated(reader, events)


def _untranslated(reader: Reader, events: Iterable[tuple[Event, tuple[Companion, ...]]]) -> Iterator[Finding]:
    """The codes in messages that neither their feed nor the vocabulary knows."""
    seen = Seen()
    for event, companions in events:
        feed = reader.feed_of(event)
        if feed is None:
            typer.echo(f"no feed takes a message of type {event.message_type or 'unknown'}", err=True)
        else:
            told = by_key(reader, [event], {event.id: companions}).values()
            count(seen, feed, (code for keyed in told for _key, part in keyed for code in part.unknown))
    return untranslated(reader.mappings.feeds, reader.mappings.vocabulary, seen)
