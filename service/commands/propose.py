"""propose: what the mappings would make of a message. A dry run: no database, nothing is kept."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from service.commands.corpus import content
from service.domain.errors import Fault, InputError, SetupError
from service.mapping import Mappings, documentation_from_json
from service.mapping import propose as propose_for
from service.pipeline.chart import Reader
from service.pipeline.lines import Chart
from service.pipeline.trial import ack_json, answer_of, procedure_json, try_payload
from service.wiring.given_mappings import mappings_of
from service.wiring.given_settings import read_settings

_ACCEPTED = {"code": "AA", "errors": []}


def propose(
    files: Annotated[list[Path] | None, typer.Argument(help="HL7 v2 or FHIR JSON files")] = None,
    feed: Annotated[str | None, typer.Option(help="Read them by this feed")] = None,
    elements: Annotated[
        list[Path] | None, typer.Option(help="JSON lines of {id, elements} instead of messages")
    ] = None,
) -> None:
    """Print, a JSON object a line, what each message documents and what would be charged or asked."""
    if not files and not elements:
        raise SetupError("name a message file, or --elements FILE.jsonl")
    settings = read_settings()
    mappings = mappings_of(settings)
    if feed and feed not in {known.name for known in mappings.feeds}:
        raise SetupError(f"there is no feed {feed}: {', '.join(known.name for known in mappings.feeds)}")
    reader = Reader(mappings)
    for path in files or []:
        for told in _of_file(reader, path, feed or ""):
            _print(told)
    for path in elements or []:
        for told in _of_elements(mappings, path):
            _print(told)


def _of_file(reader: Reader, path: Path, feed: str) -> Iterator[dict[str, Any]]:
    for trial in try_payload(reader, content(path), feed):
        yield {"file": str(path), **answer_of(trial, reader.mappings.policies)}


def _of_elements(mappings: Mappings, path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(content(path).decode("utf-8", "replace").splitlines(), start=1):
        if line.strip():
            yield _of_record(mappings, path, number, line)


def _of_record(mappings: Mappings, path: Path, number: int, line: str) -> dict[str, Any]:
    told: dict[str, Any] = {"file": str(path), "line": number, "feed": None}
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        fault = Fault(f"line {number}", "102", "this line is not JSON")
        return {**told, "ack": ack_json("AE", (fault,)), "procedures": []}
    told["id"] = record.get("id") if isinstance(record, dict) else None
    try:
        documented = documentation_from_json(mappings.vocabulary, record)
    except InputError as error:
        return {**told, "ack": ack_json("AE", error.faults), "procedures": []}
    charts = [Chart(each, propose_for(mappings.tables, each)) for each in documented]
    return {
        **told,
        "ack": _ACCEPTED,
        "procedures": [procedure_json(chart, mappings.policies) for chart in charts],
    }


def _print(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
