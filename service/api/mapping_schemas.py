"""The shapes in which the API tells of mappings, and of what they make of a message."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from service.api.schemas import DocumentOut


class PublishedOut(BaseModel):
    """The mappings that were declared to hold."""

    digest: str  # SHA-256 over the folder
    by: str
    at: datetime


class WarningOut(BaseModel):
    """What the lint finds doubtful: errors keep the service from starting."""

    file: str
    line: int
    severity: str
    message: str


class TableOut(BaseModel):
    """A table or an algorithm, as a list shows it."""

    name: str
    title: str
    owner: str
    days: str  # of service for which it holds
    codes: list[str]
    sources: list[str]
    unsettled: list[str]  # what a certified coder of the site has yet to settle
    rows: int
    tests: int


class LoadedOut(BaseModel):
    """The mappings that are loaded."""

    digest: str
    changed_on_disk: bool  # the files were edited since: what they say now holds after a restart
    published: PublishedOut | None
    warnings: list[WarningOut]
    feeds: list[str]
    tables: list[TableOut]


class PartOut(BaseModel):
    """What a table says of one matter, in sentences."""

    title: str
    sentences: list[str]


class RowTextOut(BaseModel):
    """A row as it is written."""

    number: int
    cells: list[str]
    code: str  # "" = it says that there is none
    days: str


class TryingOut(BaseModel):
    """A test that a table carries."""

    name: str
    given: dict[str, Any]  # laid over `base`
    expected: list[str]


class TableDetail(BaseModel):
    """A table in words."""

    name: str
    title: str
    owner: str
    days: str
    codes: list[str]
    sources: list[str]
    unsettled: list[str]
    switches: list[tuple[str, str, str]]  # name, what it is about, what this site says
    gate: list[str]
    facts: list[PartOut]
    columns: list[str]
    rows: list[RowTextOut]
    tail: list[PartOut]
    questions: list[tuple[str, str]]  # element, wording
    base: dict[str, Any]
    tests: list[TryingOut]


class TableExplained(BaseModel):
    """What one table makes of a procedure, line by line."""

    table: str
    lines: list[str]


class ProcedureOut(BaseModel):
    """What is documented of a procedure, and what would be made of it; as `propose` prints it."""

    key: str
    status: Any
    elements: list[dict[str, Any]]
    candidates: list[dict[str, Any]]
    questions: list[dict[str, Any]]
    notes: list[str]
    unknown_codes: list[dict[str, Any]]
    edits: list[dict[str, Any]]
    coverage: list[dict[str, Any]]
    explained: list[TableExplained]


class AckOut(BaseModel):
    """How the message would be answered."""

    code: str  # MSA-1
    errors: list[dict[str, str]]


class TrialOut(BaseModel):
    """One message, tried."""

    feed: str | None
    ack: AckOut
    set_aside: str  # why nothing is done with it; "" = it is read
    document: DocumentOut
    procedures: list[ProcedureOut]


class TriedOut(BaseModel):
    """All messages that were handed in."""

    messages: list[TrialOut]


class WhyNotOut(BaseModel):
    """Why a procedure does not get a code; no table = none knows that code."""

    message: int  # counted from 1
    procedure: str
    tables: list[TableExplained]
