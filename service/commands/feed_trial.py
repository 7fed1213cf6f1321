"""feeds test: what a feed makes of sample messages, before it goes live. No database; nothing is kept."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from service import hl7
from service.commands.corpus import content
from service.domain.documentation import DocumentedElement, UnknownCode
from service.domain.errors import InputError, MappingError, SetupError
from service.domain.event import Event
from service.domain.feed import Feed
from service.mapping import Mappings, Understood, load_feed
from service.pipeline.chart import Reader
from service.pipeline.trial import fhir_event, hl7_event, is_fhir
from service.wiring.given_mappings import mappings_of
from service.wiring.given_settings import read_settings

_SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"
_FEED_FILE = frozenset({".yaml", ".yml"})


@dataclass(frozen=True)
class Trial:
    """What became of one message."""

    message: str  # file, and its number within it
    message_type: str
    sender: str
    feed: Feed | None
    problem: str = ""  # why it is not read
    elements: tuple[DocumentedElement, ...] = ()
    unknown: tuple[UnknownCode, ...] = ()
    stated: tuple[str, ...] = ()


@dataclass
class Summary:
    """What a feed made of all messages."""

    feed: str
    messages: int = 0
    found: Counter[str] = field(default_factory=Counter)  # element -> times
    never_found: list[str] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)  # 'element "code"' -> times


def try_feeds(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Feed files (.yaml) and messages", show_default=False)
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line")] = False,
) -> None:
    """Try feed files on messages: what is taken, read where, not translated, or never found.

    Without a feed file all shipped feeds are tried, without messages the shipped samples. Exit 1 when a feed
    file is wrong. The values that are printed are those of the messages.
    """
    given = [path for path in files or [] if path.suffix in _FEED_FILE]
    messages = [path for path in files or [] if path.suffix not in _FEED_FILE]
    try:
        mappings, names = _loaded(given)
        reader = Reader(mappings)
    except MappingError as error:
        typer.echo(f"{error.file}:{error.line}: error: {error.problem}")
        sys.exit(1)
    trials = [trial for path in messages or _samples() for trial in _tried(reader, path)]
    summaries = [_summary(feed, trials) for feed in mappings.feeds if feed.name in names]
    tell = _as_json if as_json else _as_text
    for line in tell(trials, summaries):
        sys.stdout.write(line + "\n")


def _loaded(given: list[Path]) -> tuple[Mappings, set[str]]:
    """The mappings with the given feeds in the place of their own; and the names of those to tell of."""
    settings = read_settings()
    mappings = mappings_of(settings)
    if not given:
        return mappings, {feed.name for feed in mappings.feeds}
    for path in given:
        content(path)  # says so when it cannot be read
    feeds = {feed.name: feed for feed in mappings.feeds}
    tried = {path.stem: load_feed(path, mappings.vocabulary) for path in given}
    with_tried = replace(mappings, feeds=tuple((feeds | tried).values()))
    return with_tried.in_zone(settings.zone_of_times), set(tried)


def _samples() -> list[Path]:
    found = sorted(path for path in _SAMPLES.rglob("*") if path.suffix in {".hl7", ".json"})
    if not found:
        raise SetupError("name messages: the samples are not here")
    return found


def _tried(reader: Reader, path: Path) -> Iterator[Trial]:
    body = content(path)
    if is_fhir(body):
        admission, event = fhir_event(body)
        yield _trial(reader, str(path), event, admission.quarantine)
        return
    messages = hl7.split_messages(body)
    for number, message in enumerate(messages, 1):
        taken, event = hl7_event(message)
        name = str(path) if len(messages) == 1 else f"{path}:{number}"
        yield _trial(reader, name, event, taken.quarantine)


def _trial(reader: Reader, name: str, event: Event, refused: str) -> Trial:
    feed = None if refused else reader.feed_of(event)
    trial = Trial(name, event.message_type, event.sender, feed, refused)
    if feed is None:
        return trial
    try:
        parts = [part for _, part in reader.read(event).parts]
    except InputError as error:
        return replace(trial, problem=str(error))
    return replace(
        trial,
        elements=tuple(each for part in parts for each in part.elements),
        unknown=tuple(each for part in parts for each in part.unknown),
        stated=_stated(parts),
    )


def _stated(parts: Iterable[Understood]) -> tuple[str, ...]:
    return tuple(f"{each.code} ({each.source.path})" for part in parts for each in part.stated)


def _summary(feed: Feed, trials: list[Trial]) -> Summary:
    of_feed = [trial for trial in trials if trial.feed is feed]
    summary = Summary(feed.name, len(of_feed))
    for trial in of_feed:
        summary.found.update(each.name for each in trial.elements)
        summary.unknown.update(f'{each.element} "{each.text}"' for each in trial.unknown)
    seen = summary.found.keys() | {each.element for trial in of_feed for each in trial.unknown}
    summary.never_found = sorted({each.element for each in feed.elements} - seen)
    return summary


def _as_text(trials: list[Trial], summaries: list[Summary]) -> Iterator[str]:
    for trial in trials:
        yield f"{trial.message}: {trial.message_type or 'no message type'} from {trial.sender or '-'}"
        yield from (f"  {line}" for line in _details(trial))
    for summary in summaries:
        yield ""
        yield f"{summary.feed}: takes {summary.messages} of {len(trials)} messages"
        if summary.messages and summary.never_found:
            yield f"  never found      {', '.join(summary.never_found)}"
        for code, times in summary.unknown.most_common():
            yield f"  not translated   {code}, {times} times"


def _details(trial: Trial) -> Iterator[str]:
    if trial.feed is None:
        yield f"set aside: {trial.problem}" if trial.problem else "no feed takes it"
        return
    yield f"taken by {trial.feed.name}"
    if trial.problem:
        yield f"not readable: {trial.problem}"
    for each in trial.elements:
        yield f"{each.name} = {each.value}   {each.source.path} ({each.origin})"
    for code in trial.unknown:
        near = f"; nearest: {', '.join(code.nearest)}" if code.nearest else ""
        yield f'{code.element}: "{code.text}" at {code.source.path} is not translated{near}'
    for stated in trial.stated:
        yield f"stated code {stated}"


def _as_json(trials: list[Trial], summaries: list[Summary]) -> Iterator[str]:
    for trial in trials:
        told: dict[str, Any] = asdict(replace(trial, feed=None))
        yield json.dumps({**told, "feed": trial.feed.name if trial.feed else None}, default=str)
    for summary in summaries:
        yield json.dumps({"summary": vars(summary)})
