"""The shapes of what comes in over the API: checked here, and what is wrong is said without quoting it."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any, Self

import orjson
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from service.domain.codes import DiagnosisCode, Modifier, ProcedureCode
from service.domain.rejection import OTHER, REASONS


def _shaped(kind: Callable[[str], object], what: str) -> AfterValidator:
    def check(value: str) -> str:
        try:
            kind(value)
        except ValueError:
            # Not the words of the domain: they quote what was sent, which may be a name in the wrong field.
            message = f"this is not shaped like {what}"
            raise ValueError(message) from None
        return value

    return AfterValidator(check)


def _written(read: Callable[[str], object], shape: str, how: str) -> BeforeValidator:
    def check(value: object) -> object:
        if value is None:
            return None
        if isinstance(value, str) and re.fullmatch(shape, value, re.ASCII):
            with suppress(ValueError):
                return read(value)
        raise ValueError(how)

    return BeforeValidator(check)


_DAY = r"\d{4}-\d{2}-\d{2}"
#: Days and moments are written, in ISO 8601: a number is none, whatever it may count.
Day = Annotated[date, _written(date.fromisoformat, _DAY, "a day is written as 2026-03-01")]
Moment = Annotated[
    AwareDatetime,
    _written(datetime.fromisoformat, f"{_DAY}T.+", "a moment is written as 2026-03-01T09:30:00Z"),
]


def _spelled(value: object) -> object:
    """A query can only spell what JSON has a word for; a number is neither."""
    if not isinstance(value, bool) and value not in ("true", "false", None):
        message = "this is true or false"
        raise ValueError(message)
    return value


Flag = Annotated[bool, BeforeValidator(_spelled)]
Code = Annotated[str, _shaped(ProcedureCode, "a CPT or HCPCS code")]
Modifiers = Annotated[list[Annotated[str, _shaped(Modifier, "a modifier")]], Field(max_length=4)]
Diagnoses = Annotated[list[Annotated[str, _shaped(DiagnosisCode, "an ICD-10-CM code")]], Field(max_length=12)]
Reason = Annotated[str, Field(min_length=1, max_length=500)]
Ids = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=200)]
_Short = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


def encoded(value: Any) -> bytes:
    """Free JSON as it is stored; ValueError where it cannot be."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        message = "this cannot be stored: a number of over 64 bits, half a character, or too deep"
        raise ValueError(message) from None


def _storable(value: Any) -> Any:
    encoded(value)
    return value


Anything = Annotated[Any, AfterValidator(_storable)]


def shown(**example: Any) -> ConfigDict:
    """The configuration of a shape with an example for the OpenAPI document."""
    return ConfigDict(json_schema_extra={"examples": [example]})


class In(BaseModel):
    """A body: nothing that it does not know, and each thing as JSON writes its kind; "2" is no number."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ContextChange(In):
    """What billing needs beside the code, corrected by hand."""

    patient_id: _Short | None = None
    account_number: _Short | None = None
    visit_number: _Short | None = None
    location: _Short | None = None
    performer_id: _Short | None = None
    performer_family_name: _Short | None = None
    performer_given_name: _Short | None = None


class Change(In):
    """A correction of a candidate; what is left out stays as it is."""

    model_config = shown(reason="the note says two levels", units=2, modifiers=["RT"])

    reason: Reason
    code: Code | None = None
    units: Annotated[int, Field(ge=1, le=9999)] | None = None
    modifiers: Modifiers | None = None
    diagnoses: Diagnoses | None = None
    service_date: Day | None = None
    context: ContextChange | None = None

    def changes(self) -> dict[str, Any]:
        """The fields to change, as JSON values."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"reason"})


class Rejection(In):
    """Why a candidate is no charge: a reason of the list, or one in other words."""

    model_config = shown(reason="not_performed", text="aborted before the needle was placed")

    reason: Annotated[Reason, Field(description=f"One of {', '.join(REASONS)}; anything else is {OTHER}")]
    text: Annotated[str, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _said(self) -> Self:
        if self.reason == OTHER and not self.text.strip():
            message = "say what the other reason is, in text"
            raise ValueError(message)
        return self


class Approval(In):
    """What the approver was shown beside the line."""

    model_config = shown(edits_seen=[], duplicates_seen=[], confirmed=["anesthesia.same_day"])

    edits_seen: Ids = []
    duplicates_seen: Ids | None = None  # null = not looked at, and not held against it
    confirmed: Annotated[list[_Short], Field(max_length=200)] = []  # elements of its questions


class Settlement(In):
    """What became of a posting: `posted`, `pending` (send again), or `refused` (billing does not have it)."""

    model_config = shown(state="posted", reason="billing shows it under today's batch")

    state: Annotated[str, Field(pattern="^(posted|pending|refused)$")]
    reason: Reason


class Undoing(In):
    """Why a decision is taken back."""

    model_config = shown(reason="pressed too early")

    reason: Annotated[str, Field(max_length=500)] = ""
