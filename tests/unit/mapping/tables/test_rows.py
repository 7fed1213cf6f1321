"""Which rows are left, what they hang on: facts that nobody settled, and a day that nobody says."""

from pathlib import Path

import pytest

from service.mapping.tables.compiler import compile_table
from service.mapping.tables.table import Table
from service.mapping.tables.table_file import in_succession
from tests.unit.mapping.small_tables import LOOKUPS, VOCABULARY, said, source, written

#: A fact with one value: the code hangs on it all the same.
ONE_VALUE = """
concerns: {device: any}
applies_when: {device: {eq: needle, if_unknown: pass}}
facts:
  space: {ask_about: target, evidence: [{if: {target: {eq: epidural}}, then: epidural}]}
decide: {hit: unique, columns: [space, code], rows: [[CELL, "62273"]]}
"""
DATED = """effective: EFFECTIVE
concerns: {device: any}
applies_when: {device: {in: [needle, catheter], if_unknown: pass}}
facts:
  device:
    ask_about: device
    evidence:
      - {if: {device: {eq: needle}}, then: needle}
      - {if: {device: {eq: catheter}}, then: catheter}
decide:
  hit: unique
  columns: [device, code]
  rows:
    - {row: [needle, "62310"], to: 2016-12-31}
    - {row: [needle, AFTER], from: 2017-01-01}
    - [catheter, "62318"]
"""
FOR_EVER, TO_2030 = "{from: 2000-01-01}", "{from: 2000-01-01, to: 2029-12-31}"


def dated(folder: Path, effective: str = FOR_EVER, after: str = '"62320"') -> Table:
    return written(folder, DATED.replace("EFFECTIVE", effective).replace("AFTER", after))


def test_a_fact_that_can_have_one_value_only_is_asked_about(tmp_path: Path) -> None:
    table = written(tmp_path, ONE_VALUE.replace("CELL", "epidural"))
    assert said(table, device="needle", target="epidural").lines == ["62273"]
    for target in (None, "disc"):
        told = said(table, device="needle", target=target)
        assert (told.lines, told.asks) == ([], {"target": ("62273",)})


def test_a_fact_of_which_every_row_says_whatever_is_not_asked_about(tmp_path: Path) -> None:
    table = written(tmp_path, ONE_VALUE.replace("CELL", '"-"'))
    told = said(table, device="needle")
    assert (told.lines, told.asks) == (["62273"], {})


def test_the_day_is_asked_for_where_the_rows_that_are_left_differ_by_it(tmp_path: Path) -> None:
    told = said(dated(tmp_path), device="needle")
    assert (told.lines, told.asks) == ([], {"service_date": ("62310", "62320")})


def test_the_day_is_not_asked_for_where_only_other_rows_differ_by_it(tmp_path: Path) -> None:
    told = said(dated(tmp_path), device="catheter")
    assert (told.lines, told.asks) == (["62318"], {})


def test_the_day_is_not_asked_for_where_the_code_is_the_same_on_all(tmp_path: Path) -> None:
    told = said(dated(tmp_path, after='"62310"'), device="needle")
    assert (told.lines, told.asks) == (["62310"], {})


def test_the_day_is_asked_for_where_a_code_gives_way_to_none(tmp_path: Path) -> None:
    told = said(dated(tmp_path, after="none"), device="needle")
    assert (told.lines, told.asks) == ([], {"service_date": ("62310",)})


def test_a_table_that_ends_asks_for_the_day(tmp_path: Path) -> None:
    told = said(dated(tmp_path, TO_2030), device="catheter")
    assert (told.lines, told.asks) == ([], {"service_date": ("62318",)})


def test_two_days_said_are_asked_about_where_they_part_the_rows(tmp_path: Path) -> None:
    for days, lines, disputed in (
        (["2016-12-31", "2017-01-01"], [], {"service_date"}),
        (["2016-12-30", "2016-12-31"], ["62310"], set()),
    ):
        twice = [{"element": "service_date", "values": days}]
        told = said(dated(tmp_path), device="needle", conflicts=twice)
        assert (told.lines, told.disputed) == (lines, disputed)


@pytest.mark.parametrize(
    ("day", "code"), [("2016-12-31", "62310"), ("2017-01-01", "62320"), ("2020-02-29", "62320")]
)
def test_a_row_holds_from_its_first_day_to_its_last(tmp_path: Path, day: str, code: str) -> None:
    assert said(dated(tmp_path), device="needle", service_date=day).lines == [code]


@pytest.mark.parametrize(
    ("earlier", "concerns", "asks"),
    [
        pytest.param(
            "{from: 2000-01-01, to: 2019-12-31}", "{device: any}", {"service_date"}, id="takes over"
        ),
        pytest.param("{from: 2000-01-01, to: 2019-12-31}", "{target: any}", set(), id="about something else"),
        pytest.param("{from: 2000-01-01}", "{device: any}", set(), id="beside one that does not end"),
        pytest.param("{from: 2000-01-01, to: 2020-01-01}", "{device: any}", set(), id="overlapping"),
    ],
)
def test_a_table_that_takes_over_from_another_asks_for_the_day(
    tmp_path: Path, earlier: str, concerns: str, asks: set[str]
) -> None:
    """What it says alone would be the code of today for a service of any day."""
    text = ONE_VALUE.replace("CELL", "epidural")
    first = f"effective: {earlier}" + text.replace("{device: any}", concerns)
    second = "effective: {from: 2020-01-01}" + text
    tables = [source(tmp_path, first, "first"), source(tmp_path, second, "second")]
    _, later = in_succession(tables)

    told = said(compile_table(later, VOCABULARY, LOOKUPS), device="needle", target="epidural")
    assert told.asks.keys() == asks
    assert told.lines == ([] if asks else ["62273"])
