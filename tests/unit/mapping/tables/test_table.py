"""A table that is asked of several things: each is judged, and one that is open holds all back."""

from pathlib import Path

import pytest

from service.mapping.lint.table_tests import given
from service.mapping.tables.evaluate import Tables, propose
from service.mapping.tables.table import Table
from tests.unit.mapping.small_tables import VOCABULARY, Said, said, thing, together, written

LEVELS = """
switches: {t12_l1: {title: region, values: [ask, lumbar_sacral], default: ask}}
concerns: {target: [facet_joint]}
each: entry_levels
applies_when: {target: {eq: facet_joint}}
facts:
  region: {ask_about: entry_levels, lookup: {element: entry_levels, table: spinal_region}}
decide:
  hit: unique
  columns: [region, code]
  rows: [[cervical_thoracic, "64490"], [lumbar_sacral, "64493"]]
rank: ["64493", "64490"]
"""
WOUNDS = """
concerns: {wound.complexity: any, wound.length_cm: any}
each: wound
applies_when: {wound.site: {not_in: [lip], if_unknown: pass}}
facts:
  kind:
    ask_about: wound.complexity
    evidence:
      - {if: {wound.complexity: {eq: simple}}, then: simple}
      - {if: {wound.complexity: {eq: intermediate}}, then: intermediate}
      - {if: {wound.complexity: {eq: complex}}, then: complex}
decide:
  hit: unique
  columns: [kind, code]
  rows: [[simple, "12001"], [intermediate, "12031"], [complex, none]]
rank: ["12031", "12001"]
"""
DRUGS = """
concerns: {drug.name: any}
each: drug
applies_when: {drug.name: {eq: ketorolac}}
facts: {drug: {ask_about: drug.name, evidence: [{if: {drug.name: {eq: ketorolac}}, then: it}]}}
decide: {hit: unique, columns: [drug, code, per], rows: [[it, J1885, 15]]}
units: {of: drug.amount_mg, per: row}
"""
SUM = """
concerns: {wound.length_cm: any}
each: wound
sum: {element: wound.length_cm, by: [site]}
applies_when: {status: {eq: completed}}
facts:
  site:
    ask_about: wound.site
    evidence:
      - {if: {wound.site: {in: [arm, leg, trunk]}}, then: body}
      - {if: {wound.site: {in: [cheek, nose]}}, then: face}
  length: {ask_about: wound.length_cm, bands: {element: wound.length_cm, up_to: {short: 2.5, long: null}}}
  glued:
    ask_about: wound.closure
    evidence:
      - {if: {wound.closure: {eq: tissue_adhesive}}, then: true}
      - {if: {wound.closure: {in: [sutures, staples]}}, then: false}
decide:
  hit: unique
  columns: [site, length, glued, code]
  rows:
    - [body, short, -, "12001"]
    - [body, long, false, "12002"]
    - [body, long, true, "12004"]
    - [face, -, -, "12011"]
rank: ["12011", "12004", "12002", "12001"]
"""


@pytest.fixture
def levels(tmp_path: Path) -> Table:
    return written(tmp_path, LEVELS)


@pytest.fixture
def wounds(tmp_path: Path) -> Table:
    return written(tmp_path, WOUNDS)


@pytest.fixture
def sums(tmp_path: Path) -> Table:
    return written(tmp_path, SUM)


def wound(complexity: str | None = "simple", **more: object) -> dict[str, object]:
    return {"length_cm": 2.0, "complexity": complexity, **more}


def test_each_value_of_a_list_is_one_thing(levels: Table) -> None:
    told = said(levels, target="facet_joint", entry_levels=["C5-C6", "L4-L5", "L3-L4"])
    assert told.lines == ["64493 x2", "64490"]


def test_no_value_of_the_list_is_asked_for(levels: Table) -> None:
    told = said(levels, target="facet_joint")
    assert (told.lines, told.asks) == ([], {"entry_levels": ("64490", "64493")})


def test_a_value_that_two_places_dispute_holds_the_others_back(levels: Table) -> None:
    disputed = [{"element": "entry_levels", "values": ["L4-L5"]}]
    told = said(levels, target="facet_joint", entry_levels=["L3-L4"], conflicts=disputed)
    assert told.lines == []
    assert told.disputed == {"entry_levels"}


def test_each_thing_of_a_group_is_judged(wounds: Table) -> None:
    told = said(wounds, wound=[wound(), wound("intermediate"), wound()])
    assert told.lines == ["12031", "12001 x2"]


def test_one_open_thing_holds_all_back_and_its_codes_are_those_it_may_have(wounds: Table) -> None:
    told = said(wounds, wound=[wound(), wound(None)])
    assert told.lines == []
    assert told.asks == {"wound.complexity": ("12001", "12031")}


def test_a_thing_for_which_the_gate_is_closed_is_left_out(wounds: Table) -> None:
    assert said(wounds, wound=[wound(), wound("intermediate", site="lip")]).lines == ["12001"]


def test_where_the_gate_is_closed_for_all_nothing_is_said(wounds: Table) -> None:
    assert said(wounds, wound=[wound(None, site="lip")]).is_silent


def test_none_in_the_place_of_a_code_is_settled_and_no_line(wounds: Table) -> None:
    alone, beside = said(wounds, wound=[wound("complex")]), said(wounds, wound=[wound("complex"), wound()])
    assert alone.is_silent
    assert (beside.lines, beside.asks) == (["12001"], {})


def test_where_no_thing_is_documented_it_is_asked_for(tmp_path: Path) -> None:
    """Without its key, a length, there is no wound: how it was closed is said of all there are."""
    table = written(tmp_path, SUM.replace("concerns: {", "concerns: {wound.closure: any, "))
    told = said(table, status="completed", wound={"closure": "sutures"})
    assert (told.lines, told.asks.keys()) == ([], {"wound.site", "wound.length_cm"})


def test_a_missing_quantity_is_asked_for_and_one_that_is_there_counts(tmp_path: Path) -> None:
    drugs = written(tmp_path, DRUGS)
    assert said(drugs, drug=[{"name": "ketorolac", "amount_mg": 40}]).lines == ["J1885 x3"]
    told = said(drugs, drug=[{"name": "ketorolac"}])
    assert (told.lines, told.asks) == ([], {"drug.amount_mg": ("J1885",)})


def test_a_quantity_given_in_two_ways_is_asked_for(tmp_path: Path) -> None:
    drugs = written(tmp_path, DRUGS)
    twice = [{"element": "drug.amount_mg", "values": [15, 30]}]
    told = said(drugs, drug=[{"name": "ketorolac"}], conflicts=twice)
    assert (told.lines, told.disputed) == ([], {"drug.amount_mg"})


def test_quantities_of_things_that_agree_are_added_up(sums: Table) -> None:
    arm, leg = wound(site="arm", closure="sutures"), wound(site="leg", closure="staples")
    cheek = wound(site="cheek", closure="sutures")
    assert said(sums, status="completed", wound=[arm]).lines == ["12001"]
    assert said(sums, status="completed", wound=[arm, leg, cheek]).lines == ["12011", "12002"]


def test_what_makes_no_difference_to_one_may_make_one_to_the_sum(sums: Table) -> None:
    """How a short one was closed is not asked: but two short ones are a long one."""
    told = said(sums, status="completed", wound=[wound(site="arm"), wound(site="leg", closure="sutures")])
    assert (told.lines, told.asks.keys()) == ([], {"wound.closure"})


def test_a_fact_in_which_things_that_are_added_up_differ_is_asked_about(sums: Table) -> None:
    told = said(
        sums,
        status="completed",
        wound=[wound(site="arm", closure="sutures"), wound(site="leg", closure="tissue_adhesive")],
    )
    assert (told.lines, told.asks) == ([], {"wound.closure": ("12002", "12004")})
    assert told.disputed == {"wound.closure"}


@pytest.mark.parametrize(
    ("other", "asked"),
    [
        pytest.param(wound(closure="sutures"), "wound.site", id="in what they agree"),
        pytest.param({"site": "arm", "complexity": "simple"}, "wound.length_cm", id="how much"),
    ],
)
def test_what_is_added_up_must_be_known_of_each(tmp_path: Path, other: dict[str, object], asked: str) -> None:
    """Even where no row tells the sites apart: whether there is one sum or two hangs on them."""
    alike = SUM[: SUM.index("    - [body, short")]
    table = written(tmp_path, alike + '    - [-, short, -, "12001"]\n    - [-, long, -, "12002"]\n')
    told = said(table, status="completed", wound=[wound(site="arm"), other])
    assert (told.lines, told.asks.keys()) == ([], {asked})


def test_an_amount_that_is_told_in_two_ways_is_not_added_up(sums: Table) -> None:
    status = given({}, {"status": "completed"}, VOCABULARY)
    once = thing("wound", 1, site="arm", closure="sutures")
    twice = (thing("wound", 1, length_cm=2.0), thing("wound", 1, length_cm=2.2))
    other = thing("wound", 2, site="leg", closure="sutures", length_cm=1.0)
    told = Said(*propose(Tables([sums]), together(status, once, *twice, other)))
    assert (told.lines, told.disputed) == ([], {"wound.length_cm"})
