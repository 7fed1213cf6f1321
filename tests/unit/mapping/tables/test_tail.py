"""Second lines of one code, lines of the tail with days of their own, other codes of the tail for a payer."""

from pathlib import Path

import pytest

from service.mapping.tables.table import Table
from tests.unit.mapping.small_tables import Said, said, written

DRUGS = """
concerns: {drug.name: any}
each: drug
sum: {element: drug.amount_mg, by: [drug], also: [drug.wasted_mg]}
applies_when: {status: {eq: completed}}
facts:
  drug:
    ask_about: drug.name
    evidence:
      - {if: {drug.name: {eq: ketorolac}}, then: ketorolac}
      - {if: {drug.name: {eq: midazolam}}, then: midazolam}
decide: {hit: unique, columns: [drug, code, per], rows: [[ketorolac, J1885, 15], [midazolam, J2250, 1]]}
units: {of: drug.amount_mg, per: row}
rank: [J1885, J2250]
add_ons:
  - {code: same, add: JW, to: [J1885, J2250],
     if: {drug.wasted_mg: {gt: 0}, drug.single_dose_container: {eq: true}},
     units: {of: drug.wasted_mg, per: row, round: down}}
modifiers:
  - {add: JZ, days: DAYS, if: {drug.single_dose_container: {eq: true}, drug.wasted_mg: {eq: 0}}}
"""
LEVELS = """
concerns: {target: [facet_joint]}
switches: {t12_l1: {title: region, values: [ask, lumbar_sacral], default: ask}}
each: entry_levels
applies_when: {target: {eq: facet_joint}}
facts:
  region: {ask_about: entry_levels, lookup: {element: entry_levels, table: spinal_region}}
decide:
  hit: unique
  columns: [region, code]
  rows: [[cervical_thoracic, "64490"], [lumbar_sacral, "64493"]]
rank: ["64493", "64490"]
combine: {further: {"64493": ["64494", "64495"]}}
add_ons: [{code: "77003", to: ["64490", "64493"], if: {imaging.modality: {eq: fluoroscopy}}}]
overlays:
  - {name: payer, if: {encounter.payer: {eq: medicare}}, days: {from: 2020-01-01}, codes: CODES}
"""


def drugs(folder: Path, *things: dict[str, object], days: str = "{}", **more: object) -> Said:
    return said(written(folder, DRUGS.replace("DAYS", days)), status="completed", drug=list(things), **more)


def ketorolac(amount_mg: float, wasted_mg: float | None = None, **more: object) -> dict[str, object]:
    return {
        "name": "ketorolac",
        "amount_mg": amount_mg,
        "wasted_mg": wasted_mg,
        "single_dose_container": True,
        **more,
    }


def test_a_second_line_of_the_same_code_has_its_own_units_and_modifier(tmp_path: Path) -> None:
    told = drugs(tmp_path, ketorolac(15, 45))
    assert told.lines == ["J1885", "J1885-JW x3"]
    assert told.candidates[1].beside == "J1885"
    assert {"drug.wasted_mg"} <= {each.name for each in told.candidates[1].evidence}


def test_the_second_line_counts_whole_units_of_the_row_and_asks_about_less(tmp_path: Path) -> None:
    assert drugs(tmp_path, ketorolac(16, 29)).lines == ["J1885 x2", "J1885-JW"]
    part = drugs(tmp_path, ketorolac(16, 14))
    assert (part.lines, part.confirms) == (["J1885 x2"], {"drug.wasted_mg"})


def test_the_second_line_is_asked_about_once_its_first_condition_is_certain(tmp_path: Path) -> None:
    bare = drugs(tmp_path, {"name": "midazolam", "amount_mg": 2})
    assert (bare.lines, bare.confirms) == (["J2250 x2"], set())
    wasted = drugs(tmp_path, ketorolac(15, 15, single_dose_container=None))
    assert (wasted.lines, wasted.confirms) == (["J1885"], {"drug.single_dose_container"})


def test_what_else_is_added_up_is_the_sum_and_not_the_first(tmp_path: Path) -> None:
    told = drugs(tmp_path, ketorolac(15, 15), ketorolac(15, 15))
    assert told.lines == ["J1885 x2", "J1885-JW x2"]


@pytest.mark.parametrize("other", [None, 15])
def test_what_is_known_of_some_only_has_no_sum(tmp_path: Path, other: float | None) -> None:
    said_of = {"conflicts": [{"element": "drug.wasted_mg", "values": [0, 15]}]} if other else {}
    told = drugs(tmp_path, ketorolac(15, 15), ketorolac(15, None), **said_of)
    assert (told.lines, told.confirms) == (["J1885 x2"], {"drug.wasted_mg"})


@pytest.mark.parametrize(
    ("days", "day", "line"),
    [
        pytest.param("{from: 2023-01-01}", "2022-12-31", "J1885", id="before"),
        pytest.param("{from: 2023-01-01}", "2023-01-01", "J1885-JZ", id="first day"),
        pytest.param("{to: 2024-02-29}", "2024-02-29", "J1885-JZ", id="last day"),
        pytest.param("{to: 2024-02-29}", "2024-03-01", "J1885", id="after"),
        pytest.param("{from: 2023-01-01}", None, "J1885-JZ", id="it does not end"),
    ],
)
def test_a_line_of_the_tail_has_days_of_its_own(
    tmp_path: Path, days: str, day: str | None, line: str
) -> None:
    told = drugs(tmp_path, ketorolac(15, 0), days=days, service_date=day)
    assert (told.lines, told.confirms) == ([line], set())


def test_the_day_is_asked_for_where_a_line_of_the_tail_ends_or_two_days_are_said(tmp_path: Path) -> None:
    ends = drugs(tmp_path, ketorolac(15, 0), days="{to: 2024-02-29}")
    assert (ends.lines, ends.confirms) == (["J1885"], {"service_date"})
    twice = {"conflicts": [{"element": "service_date", "values": ["2022-12-31", "2023-01-01"]}]}
    told = drugs(tmp_path, ketorolac(15, 0), days="{from: 2023-01-01}", **twice)
    assert (told.lines, told.confirms) == (["J1885"], {"service_date"})


def levels(folder: Path, codes: str) -> Table:
    return written(folder, LEVELS.replace("CODES", codes))


TWO = {"target": "facet_joint", "entry_levels": ["L3-L4", "L4-L5"], "imaging__modality": "none"}


@pytest.mark.parametrize(
    ("codes", "lines"), [('{"64494": G0999}', ["64493", "G0999"]), ('{"64494": none}', ["64493"])]
)
def test_an_overlay_reaches_a_further_code(tmp_path: Path, codes: str, lines: list[str]) -> None:
    table = levels(tmp_path, codes)
    medicare = said(table, **TWO, encounter__payer="medicare")
    assert medicare.lines == lines
    assert medicare.candidates[-1].because[-1].endswith("becomes G0999") == ("G0999" in lines)
    assert said(table, **TWO, encounter__payer="commercial").lines == ["64493", "64494"]
    before = said(table, **TWO, encounter__payer="medicare", service_date="2019-12-31")
    assert before.lines == ["64493", "64494"]


def test_an_overlay_of_a_further_code_is_asked_about_first_where_there_is_one(tmp_path: Path) -> None:
    table = levels(tmp_path, '{"64494": G0999}')
    told = said(table, **TWO)
    assert (told.lines, told.asks) == ([], {"encounter.payer": ("64493", "64494")})
    one = said(table, **{**TWO, "entry_levels": ["L3-L4"]})
    assert (one.lines, one.asks) == (["64493"], {})


def test_an_overlay_reaches_an_add_on_and_holds_only_that_back(tmp_path: Path) -> None:
    table = levels(tmp_path, '{"77003": none}')
    one = {**TWO, "entry_levels": ["L3-L4"], "imaging__modality": "fluoroscopy"}
    assert said(table, **one, encounter__payer="commercial").lines == ["64493", "77003"]
    assert said(table, **one, encounter__payer="medicare").lines == ["64493"]
    told = said(table, **one)
    assert (told.lines, told.asks, told.confirms) == (["64493"], {}, {"encounter.payer"})
