"""What an analyst may get wrong in what a table counts, adds up and joins: found, with file and line."""

import re
from pathlib import Path

import pytest

from service.domain.errors import MappingError
from service.mapping.lint.table import lint_table
from service.mapping.tables.table_file import read_table
from tests.unit.mapping.small_tables import LOOKUPS, VOCABULARY

GOOD = """format: table/1
title: Wounds of a test
owner: tests
effective: {from: 2000-01-01}
concerns:
  wound.complexity: [simple]
each: wound
sum: {element: wound.length_cm, by: [kind]}
applies_when:
  wound.site: {not_in: [lip], if_unknown: pass}
facts:
  kind:
    ask_about: wound.complexity
    evidence:
      - {if: {wound.complexity: {eq: simple}}, then: simple}
  length:
    ask_about: wound.length_cm
    bands: {element: wound.length_cm, up_to: {short: 2.5, long: null}}
decide:
  hit: unique
  columns: [kind, length, code, per]
  rows:
    - [simple, short, "12001", 5]
    - [simple, long, "12002", 5]
units: {of: wound.length_cm, per: row}
rank: ["12002", "12001"]
combine:
  further: {"12001": ["12004"]}
  most: {"12004": 3}
add_ons:
  - {code: "12099", to: ["12002"], units: {of: sedation.minutes, per: 15}}
overlays:
  - {name: glue, if: {wound.closure: {eq: tissue_adhesive}}, codes: {"12001": G0168}}
modifiers:
  - {add: LT, if: {laterality: {eq: left}}, on: ["12099"]}
questions:
  service_date: "Please state the date of the service."
  wound.site: "Please state where each wound was."
  wound.complexity: "Please describe how each wound was closed, layer by layer."
  wound.length_cm: "Please state the length of each wound."
  wound.closure: "Please state with what each wound was closed."
  sedation.minutes: "Please state how long the sedation lasted."
  laterality: "Please state the side."
tests: []
"""
SUM = "sum: {element: wound.length_cm, by: [kind]}"
BANDS = "bands: {element: wound.length_cm, up_to: {short: 2.5, long: null}}"
UNITS = "units: {of: wound.length_cm, per: row}"
ADD_ON = "units: {of: sedation.minutes, per: 15}"


def findings(folder: Path, text: str) -> list[tuple[str, int, str]]:
    path = folder / "mappings" / "tables" / "wounds.yaml"
    path.parent.mkdir(parents=True)
    (folder / "mappings" / "vocabulary.yaml").touch()  # by which a folder of mappings is known
    path.write_text(text)
    try:
        found = lint_table(read_table(path), VOCABULARY, LOOKUPS)
    except MappingError as error:
        return [(error.file, error.line, error.problem)]
    return [(finding.file, finding.line, finding.message) for finding in found]


def test_a_table_in_order_has_no_finding(tmp_path: Path) -> None:
    assert findings(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            "concerns:\n  wound.complexity: [simple]",
            "concerns: {}",
            "a table says what concerns it",
            id="no concern",
        ),
        pytest.param(
            "wound.complexity: [simple]",
            "wound.complexity: [simpel]",
            "'simpel' is not a value of wound.complexity; nearest: simple",
            id="concern",
        ),
        pytest.param(
            SUM,
            SUM.replace("length_cm", "lenght_cm"),
            "unknown element 'wound.lenght_cm'; nearest: wound.length_cm",
            id="unknown sum",
        ),
        pytest.param(SUM, SUM.replace("length_cm", "site"), "wound.site is no number", id="sum"),
        pytest.param(SUM, SUM.replace("kind", "knid"), "'knid' is no fact; nearest: kind", id="by"),
        pytest.param(
            "each: wound\nsum", "sum", "there is nothing to add up: `each` names no group", id="no each"
        ),
        pytest.param(BANDS, BANDS.replace("length_cm", "site"), "wound.site is no number", id="bands"),
        pytest.param(
            BANDS, BANDS.replace("2.5, long: null", "null, long: 2.5"), "the limits of bands", id="order"
        ),
        pytest.param(
            BANDS, BANDS.replace("long: null", "long: 9"), "the last is null", id="last band with a limit"
        ),
        pytest.param(UNITS, UNITS.replace("length_cm", "site"), "wound.site is no number", id="units"),
        pytest.param(
            UNITS, "units: {fixed: 1}", "`per: row` goes with a column `per`", id="a column and no per: row"
        ),
        pytest.param(
            UNITS, "units: {fixed: 1, of: wound.length_cm}", "units are either", id="fixed and documented"
        ),
        pytest.param(UNITS, "units: {of: wound.length_cm}", "units are either", id="no size"),
        pytest.param(
            ADD_ON, ADD_ON.replace("minutes", "start"), "sedation.start is no number", id="units of an add-on"
        ),
        pytest.param(ADD_ON, ADD_ON.replace("15", "0"), "per is more than 0", id="size of nothing"),
        pytest.param('to: ["12002"]', 'to: ["12003"]', "12003 is no code of this table; nearest", id="to"),
        pytest.param('code: "12099"', 'code: "12001"', "12001 is an add-on, and a row proposes", id="add-on"),
        pytest.param('on: ["12099"]', 'on: ["12098"]', "12098 is no code of this table; nearest", id="on"),
        pytest.param(
            'further: {"12001": ["12004"]}',
            'further: {"12003": ["12004"]}',
            "12003 is no code of this table",
            id="further of no code",
        ),
        pytest.param(
            '["12004"]}', '["12002", "12004"]}', "12002 comes after 12001, and a row proposes", id="further"
        ),
        pytest.param('most: {"12004"', 'most: {"12005"', "12005 is no code of this table", id="most"),
        pytest.param(
            'most: {"12004"', 'most_a_day: {"12005"', "12005 is no code of this table", id="most a day"
        ),
        pytest.param(
            'codes: {"12001": G0168}', 'codes: {"12077": G0168}', "12077 is the code of no row", id="overlay"
        ),
        pytest.param(
            '{code: "12099", to',
            "{code: same, to",
            "a second line of the same code is told apart by a modifier: add",
            id="same",
        ),
        pytest.param(
            'codes: {"12001": G0168}', 'codes: {"12001": "12001"}', "12001 stays as it is", id="idle overlay"
        ),
    ],
)
def test_a_slip_is_found_at_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert GOOD.count(old) == 1
    line = GOOD[: GOOD.index(old)].count("\n") + 1
    found = findings(tmp_path, GOOD.replace(old, new))
    assert {file for file, _line, _message in found} == {"mappings/tables/wounds.yaml"}
    assert line in [at for _file, at, text in found if re.search(message, text)], found


def test_a_size_of_units_in_the_row_needs_a_column(tmp_path: Path) -> None:
    text = (
        GOOD.replace("code, per]", "code]")
        .replace('"12001", 5]', '"12001"]')
        .replace('"12002", 5]', '"12002"]')
    )
    assert [message for _file, _line, message in findings(tmp_path, text)] == [
        "`per: row` goes with a column `per`, and it with that"
    ]


def test_the_size_of_a_unit_of_an_add_on_stands_in_a_row_only_where_rows_have_one(tmp_path: Path) -> None:
    of_rows = GOOD.replace(
        "units: {of: sedation.minutes, per: 15}", "units: {of: sedation.minutes, per: row}"
    )
    assert findings(tmp_path, of_rows) == []
    without = of_rows.replace(UNITS, "units: {fixed: 1}").replace(", code, per]", ", code]")
    without = without.replace('"12001", 5]', '"12001"]').replace('"12002", 5]', '"12002"]')
    told = [message for _file, _line, message in findings(tmp_path / "2", without)]
    assert told == ["`per: row` goes with a column `per`"]
