"""The shapes of what comes in about handling a line."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from service.api.filters import FilterIn
from service.api.inputs import Code, ContextChange, Diagnoses, In, Modifiers, Reason

_Units = Annotated[int, Field(ge=1, le=9999)]


class Claiming(In):
    """A lead takes a claim over, and says why."""

    take_over: Reason | None = None


class Next(In):
    """Of which lines the next one is wanted."""

    filter: FilterIn | None = None


class Holding(In):
    """Why a line is put aside, and until which day; without one, until it is taken up again."""

    reason: Reason
    until: date | None = None


class Assignment(In):
    """Whose work a line is; "" = nobody's."""

    to: Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]


class CommentIn(In):
    """What to say of a line."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]


class Addition(In):
    """A line to be added; what is left out is as on the line beside it."""

    reason: Reason
    code: Code
    units: _Units = 1
    modifiers: Modifiers | None = None
    diagnoses: Diagnoses | None = None
    service_date: date | None = None
    context: ContextChange | None = None

    def charge(self) -> dict[str, Any]:
        """What is charged, as JSON values."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"reason"})


class Part(In):
    """One of the lines that a line is split into."""

    units: _Units
    code: Code | None = None
    modifiers: Modifiers | None = None


class Split(In):
    """How to split a line, and why."""

    reason: Reason
    parts: Annotated[list[Part], Field(min_length=2, max_length=10)]

    def charges(self) -> list[dict[str, Any]]:
        """The parts, as JSON values."""
        return [part.model_dump(mode="json", exclude_none=True) for part in self.parts]
