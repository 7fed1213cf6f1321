"""What rows come to together: further codes, add-ons, other codes for a payer, modifiers."""

from pathlib import Path
from typing import Any

import pytest

from service.mapping.tables.table import Table
from tests.unit.mapping.small_tables import Said, said, written

#: Two kinds of wounds; the tail is each test's own.
WOUNDS = """
concerns: {wound.length_cm: any}
each: wound
applies_when: {status: {eq: completed}}
facts:
  kind:
    ask_about: wound.complexity
    evidence:
      - {if: {wound.complexity: {eq: simple}}, then: simple}
      - {if: {wound.complexity: {eq: intermediate}}, then: intermediate}
decide:
  hit: unique
  columns: [kind, code]
  rows: [[simple, "12001"], [intermediate, "12031"]]
rank: ["12031", "12001"]
"""
#: The same, of a procedure that has one of everything.
SEDATED = """
concerns: {intent: any}
applies_when: {status: {eq: completed}}
facts:
  purpose: {ask_about: intent, evidence: [{if: {intent: {eq: csf_sampling}}, then: sampling}]}
decide: {hit: unique, columns: [purpose, code], rows: [[sampling, "62270"]]}
"""
BESIDE_MINUTES = """
add_ons:
  - code: "99153"
    to: ["62270"]
    if: {sedation.same_provider: {eq: true}}
    units: {of: sedation.minutes, beyond: 15, per: 15, round: past_half}
"""


def of_wounds(table: Table, *complexities: str, **more: Any) -> Said:
    """Wounds of these kinds; more is said of each, or of the procedure where its name has a dot (a__b)."""
    each = {name: value for name, value in more.items() if "__" not in name}
    whole = {name: value for name, value in more.items() if "__" in name}
    wounds = [{"length_cm": 1.0 + n, "complexity": kind, **each} for n, kind in enumerate(complexities)]
    return said(table, status="completed", wound=wounds, **whole)


def test_the_first_of_each_code_keeps_it_and_the_others_become_further_ones(tmp_path: Path) -> None:
    tail = 'combine: {further: {"12001": ["12002", "12004"]}}'
    table = written(tmp_path, WOUNDS + tail)
    told = of_wounds(table, "simple", "intermediate", "simple", "intermediate", "simple", "simple")
    assert told.lines == ["12031 x2", "12001", "12002", "12004 x2"]
    assert [each.beside for each in told.candidates] == ["", "", "12001", "12001"]


def test_only_the_highest_keeps_its_code_where_the_table_says_so(tmp_path: Path) -> None:
    tail = 'combine: {primary: highest, further: {"12001": ["12002"], "12031": ["12032"]}}'
    told = of_wounds(written(tmp_path, WOUNDS + tail), "simple", "intermediate", "simple", "intermediate")
    assert told.lines == ["12031", "12032", "12002 x2"]
    assert {each.beside for each in told.candidates[1:]} == {"12031"}


def test_a_code_has_at_most_so_many_units_and_it_is_said(tmp_path: Path) -> None:
    told = of_wounds(
        written(tmp_path, WOUNDS + 'combine: {most: {"12001": 2}}'),
        "simple",
        "simple",
        "simple",
        "intermediate",
    )
    assert told.lines == ["12031", "12001 x2"]
    assert told.candidates[1].because[-1] == "3 are documented: 12001 has at most 2"


def test_a_line_says_how_many_a_day_its_table_allows_of_its_code(tmp_path: Path) -> None:
    file = written(tmp_path, WOUNDS + 'combine: {most_a_day: {"12001": 2}}')
    told = of_wounds(file, "simple", "intermediate")
    assert {each.code: each.most_a_day for each in told.candidates} == {"12031": 0, "12001": 2}


def test_an_add_on_stands_beside_its_primaries_and_only_there(tmp_path: Path) -> None:
    table = written(tmp_path, WOUNDS + 'add_ons: [{code: "12099", to: ["12031"], units: same}]')
    assert of_wounds(table, "simple", "intermediate", "intermediate").lines == [
        "12031 x2",
        "12099 x2",
        "12001",
    ]
    assert of_wounds(table, "simple").lines == ["12001"]


@pytest.mark.parametrize(
    ("units", "line"), [("same", "12099 x2"), ("{fixed: 1}", "12099")], ids=["same", "once"]
)
def test_an_add_on_counts_the_things_for_which_it_is_there(tmp_path: Path, units: str, line: str) -> None:
    glued = "{wound.closure: {eq: tissue_adhesive}}"
    tail = f'add_ons: [{{code: "12099", to: ["12001"], if: {glued}, units: {units}}}]'
    wounds = [
        {"length_cm": 1.0, "complexity": "simple", "closure": closure}
        for closure in ("sutures", "tissue_adhesive", "tissue_adhesive")
    ]
    told = said(written(tmp_path, WOUNDS + tail), status="completed", wound=wounds)
    assert told.lines == ["12001 x3", line]


def test_an_add_on_whose_condition_is_open_is_asked_and_holds_nothing_back(tmp_path: Path) -> None:
    table = written(tmp_path, SEDATED + BESIDE_MINUTES)
    told = said(table, status="completed", intent="csf_sampling", sedation__minutes=40)
    assert (told.lines, told.asks, told.confirms) == (["62270"], {}, {"sedation.same_provider"})
    ruled_out = said(table, status="completed", intent="csf_sampling", sedation__same_provider=False)
    assert (ruled_out.lines, ruled_out.confirms) == (["62270"], set())


def test_an_add_on_whose_quantity_is_missing_is_asked_about(tmp_path: Path) -> None:
    table = written(tmp_path, SEDATED + BESIDE_MINUTES)
    told = said(table, status="completed", intent="csf_sampling", sedation__same_provider=True)
    assert (told.lines, told.confirms) == (["62270"], {"sedation.minutes"})


def test_an_add_on_says_what_it_rests_on(tmp_path: Path) -> None:
    table = written(tmp_path, SEDATED + BESIDE_MINUTES)
    told = said(
        table, status="completed", intent="csf_sampling", sedation__same_provider=True, sedation__minutes=38
    )
    assert told.lines == ["62270", "99153 x2"]
    primary, add_on = told.candidates
    assert add_on.beside == "62270"
    assert add_on.because[-1].startswith("sedation.same_provider is true")
    assert {each.name for each in add_on.evidence} >= {"sedation.same_provider", "sedation.minutes"}
    assert "sedation.minutes" not in {each.name for each in primary.evidence}


def test_an_add_on_of_a_further_code_is_asked_about_too(tmp_path: Path) -> None:
    tail = """
combine: {further: {"12001": ["12002"]}}
add_ons: [{code: "12099", to: ["12002"], if: {encounter.payer: {eq: medicare}}}]"""
    table = written(tmp_path, WOUNDS + tail)
    assert of_wounds(table, "simple").confirms == set()
    assert of_wounds(table, "simple", "simple").confirms == {"encounter.payer"}
    assert of_wounds(table, "simple", "simple", encounter__payer="medicare").lines[-1] == "12099"


OVERLAYS = """
overlays:
  - {name: glue, if: {wound.closure: {eq: tissue_adhesive}, encounter.payer: {eq: medicare}},
     codes: {"12001": G0168, "12031": none}}
"""


@pytest.fixture
def overlaid(tmp_path: Path) -> Table:
    return written(tmp_path, WOUNDS + OVERLAYS)


def test_an_overlay_replaces_a_code_and_says_so(overlaid: Table) -> None:
    told = of_wounds(overlaid, "simple", closure="tissue_adhesive", encounter__payer="medicare")
    assert told.lines == ["G0168"]
    assert told.candidates[0].because[-1].endswith(": 12001 becomes G0168")
    assert "encounter.payer" in {each.name for each in told.candidates[0].evidence}


def test_an_overlay_may_drop_a_code(overlaid: Table) -> None:
    told = of_wounds(
        overlaid, "intermediate", "simple", closure="tissue_adhesive", encounter__payer="medicare"
    )
    assert told.lines == ["G0168"]
    dropped = of_wounds(overlaid, "intermediate", closure="tissue_adhesive", encounter__payer="medicare")
    assert dropped.is_silent


def test_an_overlay_that_may_hold_is_asked_about_before_there_is_a_code(overlaid: Table) -> None:
    told = of_wounds(overlaid, "simple", closure="tissue_adhesive")
    assert (told.lines, told.asks) == ([], {"encounter.payer": ("12001",)})
    ruled_out = of_wounds(overlaid, "simple", closure="sutures")
    assert (ruled_out.lines, ruled_out.asks) == (["12001"], {})


def test_a_modifier_is_added_to_the_codes_that_it_is_for(tmp_path: Path) -> None:
    tail = """
combine: {further: {"12001": ["12002"]}}
add_ons: [{code: "12099", to: ["12031"]}]
modifiers:
  - {add: LT, if: {laterality: {eq: left}}, on: ["12002", "12099"]}
  - {add: GC, if: {teaching.resident: {eq: true}}}"""
    table = written(tmp_path, WOUNDS + tail)
    wounds = [{"length_cm": 1.0, "complexity": kind} for kind in ("simple", "simple", "intermediate")]
    told = said(table, status="completed", laterality="left", teaching__resident=True, wound=wounds)
    assert told.lines == ["12031-GC", "12099-LT-GC", "12001-GC", "12002-LT-GC"]


def test_lines_that_differ_in_a_modifier_are_two(tmp_path: Path) -> None:
    tail = 'modifiers: [{add: "59", if: {wound.site: {eq: hand}}}]'
    sites = ("hand", "arm", "hand")
    wounds = [{"length_cm": 1.0, "complexity": "simple", "site": site} for site in sites]
    told = said(written(tmp_path, WOUNDS + tail), status="completed", wound=wounds)
    assert told.lines == ["12001-59 x2", "12001"]


def test_a_modifier_for_another_code_is_not_asked_about(tmp_path: Path) -> None:
    condition = "{teaching.resident: {eq: true}, encounter.payer: {eq: medicare}}"
    table = written(tmp_path, WOUNDS + f'modifiers: [{{add: GC, if: {condition}, on: ["12031"]}}]')
    resident = {"teaching__resident": True}
    assert of_wounds(table, "simple", **resident).confirms == set()
    assert of_wounds(table, "intermediate", **resident).confirms == {"encounter.payer"}


def test_what_an_add_on_hangs_on_is_asked_one_at_a_time(tmp_path: Path) -> None:
    condition = "{imaging.modality: {eq: ultrasound}, imaging.images_archived: {eq: true}}"
    table = written(tmp_path, SEDATED + f'add_ons: [{{code: "76937", to: ["62270"], if: {condition}}}]')
    known = {"status": "completed", "intent": "csf_sampling"}
    assert said(table, **known).confirms == {"imaging.modality"}
    assert said(table, **known, imaging__modality="ultrasound").confirms == {"imaging.images_archived"}
    assert said(table, **known, imaging__modality="none").confirms == set()
