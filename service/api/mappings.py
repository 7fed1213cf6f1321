"""Mappings: which are loaded, each table as people read it, and what they would make of a message."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from pydantic import Field

from service.api.access import Consulter
from service.api.examples import HL7
from service.api.inputs import Code, In, shown
from service.api.mapping_schemas import (
    LoadedOut,
    PublishedOut,
    TableDetail,
    TableExplained,
    TableOut,
    TrialOut,
    TriedOut,
    WarningOut,
    WhyNotOut,
)
from service.api.parts import Parts, PartsOf
from service.api.schemas import message_out, moment
from service.domain.errors import Fault, NotFound, UnreadableInput
from service.domain.event import Format
from service.mapping import Mappings
from service.mapping.explain import Explanation, explain, why_not
from service.mapping.readable import TableText, table_in_words, tables_in_words
from service.pipeline.trial import Trial, answer_of, is_fhir, try_payload
from service.store.transaction import AuditEntry
from service.store.users import User

router = APIRouter(prefix="/v1/mappings", tags=["mappings"])
_MOST_MESSAGES: Final = 20
_LONGEST: Final = 2_000_000  # characters
_UTF8: Final = "utf-8"  # whatever MSH-18 says: what is pasted is text already
TableName = Annotated[str, Path(max_length=96)]


class TrialIn(In):
    """A message to try: in the body, for it may be a patient's."""

    model_config = shown(message=HL7)

    message: Annotated[
        str, Field(min_length=1, max_length=_LONGEST, description="HL7 v2, one or a few; or a FHIR resource")
    ]
    feed: Annotated[
        str, Field(max_length=64, description="Read it by this feed; by itself, the fitting one")
    ] = ""


class WhyNotIn(TrialIn):
    """The same, and a code that did not come."""

    model_config = shown(message=HL7, code="62323")

    code: Code


@router.get("")
def show_mappings(parts: PartsOf, user: Consulter) -> LoadedOut:  # noqa: ARG001
    """The mappings that are loaded: their version, what the lint finds doubtful, every table."""
    mappings = parts.reader.mappings
    with parts.database.look() as store:
        published = store.publications.current()
    return LoadedOut(
        digest=mappings.digest,
        changed_on_disk=parts.digest_on_disk() != mappings.digest,
        published=published
        and PublishedOut(digest=published.digest, by=published.by, at=moment(published.at)),
        warnings=[WarningOut(**asdict(finding)) for finding in mappings.warnings],
        feeds=[feed.name for feed in mappings.feeds],
        tables=[table_out(table) for table in tables_in_words(mappings)],
    )


@router.get("/{table}")
def show_table(table: TableName, parts: PartsOf, user: Consulter) -> TableDetail:  # noqa: ARG001
    """One table: its gate, facts and rows, what follows from them, its questions and its tests, in words."""
    found = table_in_words(parts.reader.mappings, table)
    if found is None:
        raise NotFound("there is no table of that name")
    return TableDetail(**asdict(found))


@router.post("/try")
def try_message(body: TrialIn, parts: PartsOf, user: Consulter) -> TriedOut:
    """What would be made of a message, and why. Nothing is kept of it; that it was looked at is audited."""
    tried = _tried(parts, user, body, "mappings.try")
    return TriedOut(messages=[_trial_out(trial, parts.reader.mappings) for trial in tried])


@router.post("/why-not")
def say_why_not(body: WhyNotIn, parts: PartsOf, user: Consulter) -> list[WhyNotOut]:
    """Why a code does not come of a message: what stands in its way, and what would have to be documented."""
    mappings = parts.reader.mappings
    return [
        WhyNotOut(
            message=number,
            procedure=chart.documentation.procedure_key,
            tables=_explained(why_not(mappings, chart.documentation, body.code)),
        )
        for number, trial in enumerate(_tried(parts, user, body, "mappings.why-not"), 1)
        for chart in trial.charts
    ]


def _tried(parts: Parts, user: User, body: TrialIn, action: str) -> list[Trial]:
    payload = body.message.encode()
    _check_feed(parts.reader.mappings, body.feed, payload)
    found: Iterator[Trial] = try_payload(parts.reader, payload, body.feed, _UTF8)
    tried = list(islice(found, _MOST_MESSAGES + 1))
    if len(tried) > _MOST_MESSAGES:
        raise UnreadableInput(Fault("/message", "102", f"try at most {_MOST_MESSAGES} messages at once"))
    with parts.database.transaction() as store:
        store.audit(AuditEntry(user.facility, "review", user.name, action, "message", "", len(tried)))
    return tried


def _check_feed(mappings: Mappings, name: str, payload: bytes) -> None:
    wanted = Format.FHIR if is_fhir(payload) else Format.HL7V2
    if name and not any(feed.name == name and feed.format is wanted for feed in mappings.feeds):
        raise UnreadableInput(Fault("/feed", "103", f"no feed of that name reads {wanted}"))


def table_out(table: TableText) -> TableOut:
    """A table in the list of all."""
    return TableOut(
        **{name: getattr(table, name) for name in ("name", "title", "owner", "days", "codes", "sources")},
        unsettled=list(table.unsettled),
        rows=len(table.rows),
        tests=len(table.tests),
    )


def _trial_out(trial: Trial, mappings: Mappings) -> TrialOut:
    answer: dict[str, Any] = answer_of(trial, mappings.policies)
    for procedure, chart in zip(answer["procedures"], trial.charts, strict=True):
        procedure["explained"] = _explained(explain(mappings, chart.documentation))
    return TrialOut(**answer, set_aside=trial.set_aside, document=message_out(trial.event))


def _explained(explanations: list[Explanation]) -> list[TableExplained]:
    """What each table says; those that propose or ask something first."""
    return [
        TableExplained(table=each.table, lines=list(dict.fromkeys(each.lines)))
        for each in sorted(explanations, key=lambda each: each.proposal is None)
    ]
