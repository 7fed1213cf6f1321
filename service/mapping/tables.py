"""The form of a decision table and of a lookup: what may stand in mappings/tables and mappings/lookups."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from service.mapping.conditions import Condition, Scalar
from service.mapping.yaml_file import Lines, read_yaml

Code = Annotated[str, Field(pattern=r"^([0-9]{4}[0-9FTUM]|[A-Z][0-9]{4})$")]
ModifierText = Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Conditions = dict[str, Condition]  # element -> condition; all must hold

ANY = "-"  # in a cell: whatever it is
ASK: Final = "ask"  # what a switch says when a site has not decided
SWITCH = "switch."  # a condition may name a switch as if it were an element


# What has passed a validator in Python is strict about tuples, unlike JSON: hence tuple(...) in these.
def _in_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else (value,)


def _as_row(value: Any) -> Any:
    row = {"row": value} if isinstance(value, list) else value
    return (
        {**row, "row": tuple(row["row"])}
        if isinstance(row, dict) and isinstance(row.get("row"), list)
        else row
    )


def _as_date(value: Any) -> Any:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is no date: write YYYY-MM-DD") from None


Day = Annotated[date, BeforeValidator(_as_date)]


class Part(BaseModel):
    """A part of a file: no key but those listed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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


class Switch(Part):
    """A point that the reference leaves to the site: `ask` unless the site decides."""

    title: str
    values: tuple[str, ...]
    default: Literal["ask"] = ASK


class LookupUse(Part):
    element: str
    table: Name


class EvidenceLine(Part):
    """A line that votes for a value of the fact (then), or that says what to ask first (ask)."""

    if_: Conditions = Field(alias="if", min_length=1)
    then: Scalar | None = None
    ask: str = ""

    @model_validator(mode="after")
    def _one_outcome(self) -> "EvidenceLine":
        if (self.then is None) == (not self.ask):
            raise ValueError("a line of evidence has either 'then' or 'ask'")
        return self


class Fact(Part):
    """An input of the table: settled when all proven lines agree."""

    ask_about: Annotated[tuple[str, ...], BeforeValidator(_in_list)]
    lookup: LookupUse | None = None
    evidence: tuple[EvidenceLine, ...] = ()


class Row(Window):
    cells: tuple[Scalar, ...] = Field(alias="row", min_length=2)


class Decide(Part):
    hit: Literal["unique"]
    columns: tuple[str, ...] = Field(min_length=2)
    rows: tuple[Annotated[Row, BeforeValidator(_as_row)], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rectangular(self) -> "Decide":
        if self.columns[-1] != "code":
            raise ValueError("the last column is 'code'")
        return self


class Units(Part):
    fixed: int = Field(ge=1)


class ModifierLine(Part):
    add: ModifierText
    if_: Conditions = Field(alias="if", min_length=1)


class AskLine(Part):
    """Ask about an element when all conditions hold."""

    ask: str
    if_: Conditions = Field(alias="if", min_length=1)


class TableTest(Part):
    """What must come out of what is documented."""

    name: str
    given: dict[str, Any]
    switches: dict[str, str] = {}
    expect: tuple[Code, ...] = ()  # codes proposed
    units: int = 1
    modifiers: tuple[ModifierText, ...] = ()
    asks: tuple[str, ...] = ()  # elements asked about, blocking
    candidates: tuple[Code, ...] = ()  # codes that the blocking questions decide between
    confirms: tuple[str, ...] | None = None  # elements asked about, not blocking; not written: not looked at


class TableFile(Part):
    """One decision table."""

    format: Literal["table/1"]
    title: str
    owner: str
    effective: Window
    sources: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    switches: dict[Name, Switch] = {}
    concerns: tuple[str, ...] = Field(min_length=1)
    applies_when: dict[str, Annotated[tuple[Condition, ...], BeforeValidator(_in_list)]]
    facts: dict[Name, Fact]
    decide: Decide
    units: Units
    rank: tuple[Code, ...]  # highest first: which one stays where only one may
    modifiers: tuple[ModifierLine, ...] = ()
    never_with: tuple[Code, ...] = ()
    hold: tuple[AskLine, ...] = ()  # blocking: no code until it is answered
    confirm: tuple[AskLine, ...] = ()  # not blocking
    questions: dict[str, str]
    base: dict[str, Any] = {}  # what every test documents unless it says otherwise
    tests: tuple[TableTest, ...]


class LookupFile(Part):
    """Many values of an element brought to a few."""

    format: Literal["lookup/1"]
    title: str
    element: str  # whose values are looked up, or those of another with the same list
    values: dict[str, tuple[str, ...]]  # outcome -> the values that mean it
    by_switch: dict[str, str] = {}  # value -> the switch that says what it means
    ask: tuple[str, ...] = ()  # values that decide nothing


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table as read: its name, where its lines stand, and its hash."""

    name: str
    file: TableFile
    lines: Lines
    hash: str  # SHA-256 of the file


def read_table(path: Path) -> TableSource:
    file, lines = read_yaml(path, TableFile)
    return TableSource(path.stem, file, lines, hashlib.sha256(path.read_bytes()).hexdigest())


def settle_switches(conditions: Conditions, settings: Mapping[str, str]) -> Conditions | None:
    """Take the switches out of conditions; None when the site's settings rule the line out."""
    left: Conditions = {}
    for name, condition in conditions.items():
        if not name.startswith(SWITCH):
            left[name] = condition
        elif settings[name.removeprefix(SWITCH)] != condition.eq:
            return None
    return left


def read_lookup(path: Path) -> tuple[LookupFile, Lines]:
    return read_yaml(path, LookupFile)
