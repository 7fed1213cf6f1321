"""The form of what follows the rows of a table: units, items, add-ons, modifiers, overlays, questions."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from service.mapping.tables.conditions import Condition

Code = Annotated[str, Field(pattern=r"^([0-9]{4}[0-9FTUM]|[A-Z][0-9]{4})$")]
ModifierText = Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")]
Conditions = dict[str, Condition]  # element -> condition; all must hold

NO_CODE = "none"  # in the place of a code: documented, and nothing is charged for it
SAME_CODE = "same"  # of an add-on: the code of its primary
BY_ROW = "row"  # of units: the size of one unit stands in the row


class Part(BaseModel):
    """A part of a file: no key but those listed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_date(value: Any) -> Any:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is no date: write YYYY-MM-DD") from None


Day = Annotated[date, BeforeValidator(_as_date)]


class Window(Part):
    """From and to which day of service something holds, both included; open where not written."""

    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Window":
        if self.from_ and self.to and self.from_ > self.to:
            raise ValueError("'from' is later than 'to'")
        return self

    @property
    def bounded(self) -> bool:
        return self.from_ is not None or self.to is not None

    def holds(self, day: str) -> bool:
        """Whether a day, YYYY-MM-DD, lies within."""
        return (self.from_ is None or self.from_.isoformat() <= day) and (
            self.to is None or day <= self.to.isoformat()
        )


# What has passed a validator in Python is strict about tuples, unlike JSON.
def as_tuples(value: Any) -> Any:
    """Turn the lists of a mapping into tuples."""
    if not isinstance(value, dict):
        return value
    return {name: tuple(each) if isinstance(each, list) else each for name, each in value.items()}


class Units(Part):
    """How many: a fixed number, or a documented quantity by the size of one unit."""

    fixed: int | None = Field(default=None, ge=1)
    of: str = ""  # a number that is documented
    beyond: float = 0  # what another code covers already
    per: float | Literal["row"] | None = None
    #: up: a part of a unit counts; down: it does not; past_half: it does when more than half is reached.
    round: Literal["up", "down", "past_half"] = "up"

    @model_validator(mode="after")
    def _one_way(self) -> "Units":
        if (self.fixed is None) == (not self.of) or bool(self.of) != (self.per is not None):
            raise ValueError("units are either {fixed: 1}, or {of: element, per: size}")
        if isinstance(self.per, float) and self.per <= 0:
            raise ValueError("per is more than 0")
        return self


class Sum(Part):
    """Items that agree in these facts are one: the quantity is added up before the row is looked for."""

    element: str
    by: tuple[str, ...] = ()
    also: tuple[str, ...] = ()  # other quantities that are added up with it


class Lesser(Part):
    """Of several services of one family, perhaps of several tables: ask beside all but the highest."""

    ask: str
    family: str = Field(min_length=1)
    place: int = Field(ge=1)  # of this table in its family; 1 = the highest


class Combine(Part):
    """What becomes of several items of one table."""

    #: each_code: the first item of each code keeps it; highest: only the one that ranks highest does.
    primary: Literal["each_code", "highest"] = "each_code"
    #: What those after it become: second, third ...; the last holds for all that follow.
    further: Annotated[dict[Code, tuple[Code, ...]], BeforeValidator(as_tuples)] = {}
    most: dict[Code, Annotated[int, Field(ge=1)]] = {}  # units a code has at most
    #: The same over all procedures of one patient on one day of service; what is beyond it is asked.
    most_a_day: dict[Code, Annotated[int, Field(ge=1)]] = {}
    lesser: Lesser | None = None


class AddOn(Part):
    """A code that stands only beside one of its primaries; or a second line of its code, with a modifier."""

    code: Code | Literal["same"]
    add: ModifierText | Literal[""] = ""  # a modifier that it always has
    to: tuple[Code, ...] = Field(min_length=1)
    if_: Conditions = Field(default={}, alias="if")
    unless: Conditions = {}  # where all of it is documented, it is not there
    days: Window = Window()
    units: Units | Literal["same"] = Units(fixed=1)

    @model_validator(mode="after")
    def _is_told_apart(self) -> "AddOn":
        if self.code == SAME_CODE and not self.add:
            raise ValueError("a second line of the same code is told apart by a modifier: add")
        return self


class ModifierLine(Part):
    """A modifier, of all codes or of some."""

    add: ModifierText
    if_: Conditions = Field(alias="if", min_length=1)
    days: Window = Window()
    on: tuple[Code, ...] = ()


class Overlay(Part):
    """Where these conditions hold (a payer, a setting), codes are others, or none."""

    name: str
    if_: Conditions = Field(alias="if", min_length=1)
    days: Window = Window()
    codes: dict[Code, Code | Literal["none"]] = Field(min_length=1)


class AskLine(Part):
    """Ask about an element when all conditions hold."""

    ask: str
    if_: Conditions = Field(alias="if", min_length=1)


class ConfirmLine(AskLine):
    """Ask beside the codes, or where there is none by rule; `on`: only beside these codes."""

    on: tuple[Code, ...] = ()


def codes_of_tail(combine: Combine, add_ons: tuple[AddOn, ...], overlays: tuple[Overlay, ...]) -> set[str]:
    """Return every code that can come out beside those of the rows."""
    replaced = (code for overlay in overlays for code in overlay.codes.values())
    found = {code for codes in combine.further.values() for code in codes}
    return (found | {each.code for each in add_ons} | set(replaced)) - {NO_CODE, SAME_CODE}
