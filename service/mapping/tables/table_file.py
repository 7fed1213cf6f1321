"""The form of a decision table and of a lookup: what may stand in mappings/tables and mappings/lookups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from service.mapping.files.yaml_file import Lines, read_yaml
from service.mapping.tables.conditions import Condition, Scalar
from service.mapping.tables.tail import (
    NO_CODE,
    AddOn,
    AskLine,
    Code,
    Combine,
    Conditions,
    ConfirmLine,
    ModifierLine,
    ModifierText,
    Overlay,
    Part,
    Sum,
    Units,
    Window,
    as_tuples,
)

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]

ANY = "-"  # in a cell: whatever it is
ASK: Final = "ask"  # what a switch says when a site has not decided
SWITCH = "switch."  # a condition may name a switch as if it were an element


# What has passed a validator in Python is strict about tuples, unlike JSON: hence tuple(...) in these.
def in_list(value: Any) -> Any:
    """Let one stand where several may."""
    return tuple(value) if isinstance(value, list) else (value,)


#: Of one element; one condition, or several that must all hold.
GateLines = Annotated[
    tuple[Condition, ...],
    BeforeValidator(in_list, json_schema_input_type=Condition | tuple[Condition, ...]),
]


def _as_row(value: Any) -> Any:
    row = {"row": value} if isinstance(value, list) else value
    return (
        {**row, "row": tuple(row["row"])}
        if isinstance(row, dict) and isinstance(row.get("row"), list)
        else row
    )


class Switch(Part):
    """A point that the reference leaves to the site: `ask` unless the site decides."""

    title: str
    values: tuple[str, ...]
    default: Literal["ask"] = ASK


class LookupUse(Part):
    element: str
    table: Name


class Bands(Part):
    """A number brought to a few stretches, in ascending order, each up to and including its limit."""

    element: str
    up_to: dict[Name, float | None] = Field(min_length=2)  # the last has no limit

    @model_validator(mode="after")
    def _ascending(self) -> "Bands":
        *written, last = self.up_to.values()
        limits = [limit for limit in written if limit is not None]
        if last is not None or len(limits) < len(written) or sorted(set(limits)) != limits:
            raise ValueError("the limits of bands ascend, and the last is null")
        return self


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

    ask_about: Annotated[
        tuple[str, ...], BeforeValidator(in_list, json_schema_input_type=str | tuple[str, ...])
    ]
    lookup: LookupUse | None = None
    bands: Bands | None = None
    evidence: tuple[EvidenceLine, ...] = ()


class Row(Window):
    cells: tuple[Scalar, ...] = Field(alias="row", min_length=2)


_WrittenRow = Annotated[Row, BeforeValidator(_as_row, json_schema_input_type=tuple[Scalar, ...] | Row)]


class Decide(Part):
    """The rows: one column a fact, then `code`, and perhaps `per`, the size of one unit of that code."""

    hit: Literal["unique"]
    columns: tuple[str, ...] = Field(min_length=2)
    rows: tuple[_WrittenRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rectangular(self) -> "Decide":
        if self.columns[-1:] != ("code",) and self.columns[-2:] != ("code", "per"):
            raise ValueError("the last column is 'code', or the last two are 'code' and 'per'")
        return self

    @property
    def facts(self) -> tuple[str, ...]:
        return self.columns[: self.columns.index("code")]

    def code(self, row: Row) -> str:
        """The code of a row; "" where it says that there is none."""
        code = str(row.cells[len(self.facts)])
        return "" if code == NO_CODE else code

    def per(self, row: Row) -> float:
        """The size of one unit of a row's code; 0 where the table has no such column."""
        return float(row.cells[-1]) if self.columns[-1] == "per" else 0.0


class TableTest(Part):
    """What must come out of what is documented."""

    name: str
    given: dict[str, Any]
    switches: dict[str, str] = Field(default_factory=dict)
    expect: tuple[Code, ...] = ()  # codes proposed
    units: Annotated[
        tuple[int, ...], BeforeValidator(in_list, json_schema_input_type=int | tuple[int, ...])
    ] = ()  # of each; not written: 1
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
    switches: dict[Name, Switch] = Field(default_factory=dict)
    #: Element -> values; or any: only where one of these is documented has the table something to say.
    concerns: Annotated[dict[str, Literal["any"] | tuple[Scalar, ...]], BeforeValidator(as_tuples)]
    each: str = ""  # a group, or an element that is a list: the table is asked once for each
    sum: Sum | None = None
    applies_when: dict[str, GateLines]
    facts: dict[Name, Fact]
    decide: Decide
    units: Units = Units(fixed=1)
    rank: tuple[Code, ...]  # highest first
    combine: Combine = Combine()
    add_ons: tuple[AddOn, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    modifiers: tuple[ModifierLine, ...] = ()
    never_with: tuple[Code, ...] = ()
    hold: tuple[AskLine, ...] = ()  # blocking: no code until it is answered
    confirm: tuple[ConfirmLine, ...] = ()  # not blocking
    questions: dict[str, str]
    base: dict[str, Any] = Field(default_factory=dict)  # what every test documents unless it says otherwise
    tests: tuple[TableTest, ...]


class LookupFile(Part):
    """Many values of an element brought to a few."""

    format: Literal["lookup/1"]
    title: str
    element: str  # whose values are looked up, or those of another with the same list
    values: dict[str, tuple[str, ...]]  # outcome -> the values that mean it
    by_switch: dict[str, str] = Field(default_factory=dict)  # value -> the switch that says what it means
    ask: tuple[str, ...] = ()  # values that decide nothing


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table as read: its name, and where its lines stand; equal to another reading of the same bytes."""

    name: str
    file: TableFile = field(compare=False)
    lines: Lines
    follows: bool = False  # another table is about the same, and ends before this one begins


def read_table(path: Path) -> TableSource:
    file, lines = read_yaml(path, TableFile)
    return TableSource(path.stem, file, lines)


def in_succession(sources: Iterable[TableSource]) -> list[TableSource]:
    """Mark the tables that take over from another: what concerns both, the day of service parts."""
    sources = list(sources)
    return [
        replace(later, follows=any(_takes_over(later.file, earlier.file) for earlier in sources))
        for later in sources
    ]


def _takes_over(later: TableFile, earlier: TableFile) -> bool:
    start, end = later.effective.from_, earlier.effective.to
    return start is not None and end is not None and end < start and _share(later, earlier)


def _share(one: TableFile, other: TableFile) -> bool:
    """Whether some element, with some value, concerns both."""
    return any(
        "any" in (values, other.concerns[name]) or not set(values).isdisjoint(other.concerns[name])
        for name, values in one.concerns.items()
        if name in other.concerns
    )


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
