"""Units and modifiers of a table, held against what a site has loaded."""

from pathlib import Path

import pytest

from service.domain.edits import CodeLimits, Indicators
from service.mapping.lint.limits import lint_limits
from service.mapping.tables.table_file import TableSource, read_table

TABLE = """
format: table/1
title: A table of impossible codes
owner: nobody
effective: {from: 2020-01-01}
concerns: {joint.name: any}
each: joint
applies_when:
  joint.name: {in: [knee]}
facts:
  side:
    ask_about: joint.side
    evidence:
      - {if: {joint.side: {in: [left, right, bilateral]}}, then: known}
decide:
  hit: unique
  columns: [side, code]
  rows:
    - [known, "99991"]
rank: ["99991"]
combine: {most: {"99991": 2}}
modifiers:
  - {add: "50", if: {joint.side: {eq: bilateral}}}
  - {add: LT, if: {joint.side: {eq: left}}}
  - {add: "26", if: {encounter.setting: {eq: professional}}}
questions: {joint.side: "Please state the side."}
tests: []
"""


@pytest.fixture
def table(tmp_path: Path) -> TableSource:
    path = tmp_path / "table.yaml"
    path.write_text(TABLE)
    return read_table(path)


def said(table: TableSource, *, most: int | None = None, pctc: str = "1", bilateral: str = "1") -> list[str]:
    units = {} if most is None else {"99991": most}
    limits = CodeLimits(units, {"99991": Indicators(pctc, bilateral)})
    return [f"{finding.line}: {finding.message}" for finding in lint_limits(table, limits)]


def test_what_the_files_allow_is_no_finding(table: TableSource) -> None:
    assert said(table, most=2) == []
    assert lint_limits(table, CodeLimits()) == []


def test_a_cap_above_mue_is_found_with_its_line(table: TableSource) -> None:
    line = 1 + TABLE.split("\n").index('combine: {most: {"99991": 2}}')
    assert said(table, most=1) == [f"{line}: 99991 is capped at 2 units, and MUE allows 1"]


def test_units_without_a_cap_are_found(table: TableSource) -> None:
    file = table.file.model_copy(update={"combine": table.file.combine.model_copy(update={"most": {}})})
    uncapped = TableSource(table.name, file, table.lines)
    (finding,) = said(uncapped, most=1)
    assert finding.endswith("nothing caps the units of 99991; MUE allows 1")


@pytest.mark.parametrize(
    ("pctc", "bilateral", "messages"),
    [
        ("0", "1", ["99991 takes no 26: its PC/TC indicator is 0"]),
        ("1", "0", ["99991 takes no 50: its bilateral indicator is 0"]),
        (
            "1",
            "9",
            [
                "99991 takes no 50: its bilateral indicator is 9",
                "99991 takes no LT: its bilateral indicator is 9",
            ],
        ),
    ],
)
def test_a_modifier_that_the_code_does_not_take(
    table: TableSource, pctc: str, bilateral: str, messages: list[str]
) -> None:
    assert [each.split(": ", 1)[1] for each in said(table, pctc=pctc, bilateral=bilateral)] == messages
