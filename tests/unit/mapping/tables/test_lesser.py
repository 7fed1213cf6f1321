"""Several services of one family: beside all but the highest it is asked what was distinct."""

from pathlib import Path
from typing import Any

import pytest

from service.mapping.lint.table_tests import given
from service.mapping.tables.evaluate import Tables, propose
from service.mapping.tables.table import Table
from tests.unit.mapping.small_tables import VOCABULARY, Said, written

REPAIRS = """
concerns: {wound.length_cm: any}
each: wound
applies_when: {wound.complexity: {eq: KIND}}
facts:
  site:
    ask_about: wound.site
    evidence:
      - {if: {wound.site: {eq: arm}}, then: body}
      - {if: {wound.site: {eq: nose}}, then: face}
decide: {hit: unique, columns: [site, code], rows: [[body, "BODY"], [face, "FACE"]]}
rank: ["FACE", "BODY"]
combine: {lesser: {ask: repairs.distinct, family: FAMILY, place: PLACE}}
add_ons: [{code: "99999", to: ["BODY", "FACE"], if: {wound.closure: {eq: staples}}}]
"""
ARM, NOSE = {"length_cm": 2.0, "site": "arm"}, {"length_cm": 2.0, "site": "nose"}


def repairs(folder: Path, kind: str, place: int, body: str, face: str, family: str = "repair") -> Table:
    text = REPAIRS.replace("KIND", kind).replace("PLACE", str(place)).replace("FAMILY", family)
    return written(folder, text.replace("BODY", body).replace("FACE", face), kind)


@pytest.fixture
def family(tmp_path: Path) -> list[Table]:
    """The lesser table first: not the order of tables says which is the highest."""
    return [
        repairs(tmp_path, "simple", 3, "12001", "12011"),
        repairs(tmp_path, "complex", 1, "13120", "13151"),
    ]


def wound(kind: str, where: dict[str, object], closure: str = "sutures") -> dict[str, object]:
    return {**where, "complexity": kind, "closure": closure}


def asked(tables: list[Table], *wounds: dict[str, object], **more: Any) -> list[tuple[str, ...]]:
    """Beside which codes it is asked."""
    proposals = propose(Tables(tables), given({}, {"wound": list(wounds), **more}, VOCABULARY))
    told = Said(*proposals)
    assert told.asks == {}
    assert not any("59" in line for line in told.lines)
    return [
        question.between
        for proposal in proposals
        for question in proposal.questions
        if question.element == "repairs.distinct"
    ]


def test_one_repair_is_asked_nothing(family: list[Table]) -> None:
    assert asked(family, wound("simple", ARM)) == []


def test_an_add_on_is_no_second_service(family: list[Table]) -> None:
    assert asked(family, wound("simple", ARM, "staples")) == []


def test_two_of_one_table_are_asked_about(family: list[Table]) -> None:
    assert asked(family, wound("simple", ARM), wound("simple", NOSE)) == [("12011", "12001")]


def test_of_two_tables_the_lesser_is_asked_about(family: list[Table]) -> None:
    assert asked(family, wound("complex", ARM), wound("simple", ARM)) == [("12001",)]


def test_the_highest_is_asked_about_too_where_it_has_several(family: list[Table]) -> None:
    told = asked(family, wound("complex", ARM), wound("complex", NOSE), wound("simple", ARM))
    assert told == [("12001",), ("13151", "13120")]


def test_another_family_is_apart(tmp_path: Path) -> None:
    tables = [
        repairs(tmp_path, "simple", 3, "12001", "12011"),
        repairs(tmp_path, "complex", 1, "13120", "13151", family="other"),
    ]
    assert asked(tables, wound("complex", ARM), wound("simple", ARM)) == []


def test_what_is_documented_is_not_asked_and_what_is_said_twice_is(family: list[Table]) -> None:
    wounds = wound("complex", ARM), wound("simple", ARM)
    assert asked(family, *wounds, **{"repairs.distinct": True}) == []
    twice = [{"element": "repairs.distinct", "values": [True, False]}]
    assert asked(family, *wounds, conflicts=twice) == [("12001",)]
