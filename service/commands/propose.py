"""propose: what the mappings would make of a message. A dry run: no database, nothing is kept."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from service import hl7
from service.commands.corpus import content, fhir_event, hl7_event, is_fhir
from service.domain.coverage import CoveragePolicy
from service.domain.errors import Fault, InputError, SetupError
from service.domain.event import Event
from service.mapping import Mappings, documentation_from_json, load
from service.mapping import propose as propose_for
from service.pipeline.chart import Reader
from service.pipeline.coverage import coverage_without_history
from service.pipeline.lines import Chart, element_json, lines_of, question_json
from service.wiring import read_settings

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
    mappings = load(settings.mappings, settings.site)
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
    body = content(path)
    if is_fhir(body):
        yield _of_fhir(reader, path, body, feed)
        return
    for message in hl7.split_messages(body):
        yield _of_hl7(reader, path, message, feed)


def _of_hl7(reader: Reader, path: Path, body: bytes, feed: str) -> dict[str, Any]:
    admission, event = hl7_event(body, feed)
    code = hl7.read_ack(admission.answer).code if admission.answer else ""
    return _told(reader, path, event, code, admission.faults, refused=bool(admission.quarantine))


def _of_fhir(reader: Reader, path: Path, body: bytes, feed: str) -> dict[str, Any]:
    admission, event = fhir_event(body, feed)
    refused = bool(admission.quarantine)
    return _told(reader, path, event, "AE" if refused else "AA", admission.faults, refused=refused)


def _told(
    reader: Reader, path: Path, event: Event, code: str, faults: tuple[Fault, ...], *, refused: bool
) -> dict[str, Any]:
    """One line of output for one message."""
    feed = None if refused else reader.feed_of(event)
    told = {"file": str(path), "feed": feed.name if feed else None, "ack": _ack(code, faults)}
    try:
        parts = () if refused else reader.read(event).parts
    except InputError as error:
        return {**told, "ack": _ack(code, (*faults, *error.faults)), "procedures": []}
    by_key: dict[str, list[Any]] = {}
    for key, part in parts:
        by_key.setdefault(key, []).append((key, part))
    charts = [reader.chart(found) for found in by_key.values()]
    return {**told, "procedures": [_procedure(chart, reader.mappings.policies) for chart in charts]}


def _of_elements(mappings: Mappings, path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(content(path).decode("utf-8", "replace").splitlines(), start=1):
        if line.strip():
            yield _of_record(mappings, path, number, line)


def _of_record(mappings: Mappings, path: Path, number: int, line: str) -> dict[str, Any]:
    told: dict[str, Any] = {"file": str(path), "line": number, "feed": None}
    try:
        record = json.loads(line)
    except ValueError:
        fault = Fault(f"line {number}", "102", "this line is not JSON")
        return {**told, "ack": _ack("AE", (fault,)), "procedures": []}
    told["id"] = record.get("id") if isinstance(record, dict) else None
    try:
        documented = documentation_from_json(mappings.vocabulary, record)
    except InputError as error:
        return {**told, "ack": _ack("AE", error.faults), "procedures": []}
    charts = [Chart(each, propose_for(mappings.tables, each)) for each in documented]
    return {
        **told,
        "ack": _ACCEPTED,
        "procedures": [_procedure(chart, mappings.policies) for chart in charts],
    }


def _procedure(chart: Chart, policies: Sequence[CoveragePolicy]) -> dict[str, Any]:
    documentation = chart.documentation
    lines = [line for line in lines_of(chart) if line.code]
    statuses = documentation.values("status")
    return {
        "key": documentation.procedure_key,
        "status": statuses[0] if len(statuses) == 1 else None,
        "elements": [element_json(element) for element in documentation.elements],
        "candidates": [
            {
                "code": line.code,
                "units": line.units,
                "modifiers": list(line.modifiers),
                "table": line.table,
                "row": line.row,
                "origin": line.origin,
                "because": line.content["because"],
            }
            for line in lines
        ],
        "questions": [question_json(q) for proposal in chart.proposals for q in proposal.questions],
        "unknown_codes": [asdict(code) for code in documentation.unknown],
        "edits": [
            {"rule": "never_with", **asdict(each)}
            for proposal in chart.proposals
            for each in proposal.excluded
        ],
        "coverage": [
            {"code": line.code, **asdict(flag)}
            for line in lines
            for flag in coverage_without_history(line, policies)
        ],
    }


def _ack(code: str, faults: tuple[Fault, ...]) -> dict[str, Any]:
    return {"code": code, "errors": [asdict(fault) for fault in faults]}


def _print(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
