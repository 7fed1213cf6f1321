"""The shapes of what comes in about handling a line."""

from typing import Annotated, Any

from pydantic import Field

from service.api.filters import FilterIn
from service.api.inputs import Code, ContextChange, Day, Diagnoses, In, Modifiers, Reason, shown

_Units = Annotated[int, Field(ge=1, le=9999)]


class Claiming(In):
    """A lead takes a claim over, and says why."""

    model_config = shown(take_over="left for the day")

    take_over: Reason | None = None


class Next(In):
    """Of which lines the next one is wanted."""

    model_config = shown(filter={"table": ["neuraxial-injection"], "order": "oldest"})

    filter: FilterIn | None = None


class Holding(In):
    """Why a line is put aside, and until which day; without one, until it is taken up again."""

    model_config = shown(reason="pathology is still out", until="2026-12-01")

    reason: Reason
    until: Day | None = None


class Assignment(In):
    """Whose work a line is; "" = nobody's."""

    model_config = shown(to="carla")

    to: Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]


class CommentIn(In):
    """What to say of a line."""

    model_config = shown(text="The second note is an addendum of the first.")

    text: Annotated[str, Field(min_length=1, max_length=4000)]


class Addition(In):
    """A line to be added; what is left out is as on the line beside it."""

    model_config = shown(reason="the fluoroscopy of the other side", code="77003", units=1, modifiers=["26"])

    reason: Reason
    code: Code
    units: _Units = 1
    modifiers: Modifiers | None = None
    diagnoses: Diagnoses | None = None
    service_date: Day | None = None
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

    model_config = shown(
        reason="two sites", parts=[{"units": 1, "modifiers": ["RT"]}, {"units": 1, "modifiers": ["LT"]}]
    )

    reason: Reason
    parts: Annotated[list[Part], Field(min_length=2, max_length=10)]

    def charges(self) -> list[dict[str, Any]]:
        """The parts, as JSON values."""
        return [part.model_dump(mode="json", exclude_none=True) for part in self.parts]
