"""Trial: what would be made of a message, by its own words alone. Nothing is looked up, nothing is kept."""

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from service import fhir, hl7
from service.domain.coverage import CoveragePolicy
from service.domain.errors import Fault, InputError
from service.domain.event import Event, Format
from service.domain.ids import new_control_id, new_id
from service.hl7.modes import IsOriginal, as_asked
from service.mapping.documented.document import Understood
from service.pipeline.chart import Reader
from service.pipeline.coverage import coverage_without_history
from service.pipeline.lines import Chart, element_json, lines_of, question_json, said_json
from service.pipeline.senders import original_mode

Keyed = list[tuple[str, Understood]]


@dataclass(frozen=True, slots=True)
class Trial:
    """One message: how it would be answered, and what is documented in it."""

    event: Event
    feed: str | None  # None = none takes it, or it is refused
    code: str  # MSA-1; of a resource: AA or AE
    faults: tuple[Fault, ...] = ()
    set_aside: str = ""  # why nothing is done with it, though it may be accepted
    charts: tuple[Chart, ...] = field(default=(), repr=False)  # one a procedure


def is_fhir(body: bytes) -> bool:
    """Whether a payload is JSON, not HL7 v2."""
    return body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"{"


def hl7_event(
    body: bytes, feed: str = "", charset: str = "", is_original: IsOriginal = as_asked
) -> tuple[hl7.Admission, Event]:
    """Take one message as the listener would, without keeping it."""
    now = datetime.now(UTC)
    admission = hl7.admit(
        body, charset=charset or None, now=now, ack_id=new_control_id(), is_original=is_original
    )
    return admission, _event(Format.HL7V2, admission.sender, admission.message_type, body, feed, charset)


def fhir_event(body: bytes, feed: str = "") -> tuple[fhir.Admission, Event]:
    """Take one resource as the API would, without keeping it."""
    admission = fhir.admit_posted(body)
    return admission, _event(Format.FHIR, "", admission.message_type, body, feed)


def _event(form: Format, sender: str, message_type: str, body: bytes, feed: str, charset: str = "") -> Event:
    now = datetime.now(UTC).timestamp()
    return Event(new_id(), "", form, sender, message_type, "", now, 0, body, feed=feed, charset=charset)


def try_payload(reader: Reader, body: bytes, feed: str = "", charset: str = "") -> Iterator[Trial]:
    """Try a FHIR resource, or each of the HL7 v2 messages in a payload."""
    if is_fhir(body):
        taken, event = fhir_event(body, feed)
        yield _tried(reader, event, "AE" if taken.quarantine else "AA", taken.faults, taken.quarantine)
        return
    is_original = original_mode(reader.mappings.feeds)
    for message in hl7.split_messages(body):
        admission, event = hl7_event(message, feed, charset, is_original)
        code = hl7.read_ack(admission.answer).code if admission.answer else ""
        yield _tried(reader, event, code, admission.faults, admission.quarantine)


def _tried(reader: Reader, event: Event, code: str, faults: tuple[Fault, ...], set_aside: str) -> Trial:
    if set_aside:
        return Trial(event, None, code, faults, set_aside)
    feed = reader.feed_of(event)
    name = feed.name if feed else None
    try:
        parts = reader.read(event).parts
    except InputError as error:
        return Trial(event, name, code, (*faults, *error.faults), str(error))
    by_key: dict[str, Keyed] = {}
    for key, part in parts:
        by_key.setdefault(key, []).append((key, part))
    return Trial(event, name, code, faults, charts=tuple(map(reader.chart, by_key.values())))


def answer_of(trial: Trial, policies: Sequence[CoveragePolicy]) -> dict[str, Any]:
    """A trial as `propose` prints it."""
    return {
        "feed": trial.feed,
        "ack": ack_json(trial.code, trial.faults),
        "procedures": [procedure_json(chart, policies) for chart in trial.charts],
    }


def ack_json(code: str, faults: tuple[Fault, ...]) -> dict[str, Any]:
    """How a message is answered."""
    return {"code": code, "errors": [asdict(fault) for fault in faults]}


def procedure_json(chart: Chart, policies: Sequence[CoveragePolicy]) -> dict[str, Any]:
    """What is documented of a procedure, what would be charged, and what asked."""
    documentation = chart.documentation
    lines = lines_of(chart)
    coded = [line for line in lines if line.code]
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
                "evidence": line.content["evidence"],
            }
            for line in coded
        ],
        "questions": [question_json(q) for proposal in chart.proposals for q in proposal.questions],
        "notes": [line.content["note"] for line in lines if line.content.get("note")],
        "unknown_codes": [said_json(code) for code in documentation.unknown],
        "edits": [
            {"rule": "never_with", **asdict(each)}
            for proposal in chart.proposals
            for each in proposal.excluded
        ],
        "coverage": [
            {"code": line.code, **asdict(flag)}
            for line in coded
            for flag in coverage_without_history(line, policies)
        ],
    }
