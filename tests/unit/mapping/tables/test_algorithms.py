"""What an algorithm says, asked as a table is."""

from dataclasses import replace
from typing import Any

import pytest

from service.mapping.lint.table_tests import given
from service.mapping.tables.algorithms import InfusionTable, compile_algorithm, read_algorithm
from service.mapping.tables.tail import Window
from tests.unit.mapping.small_tables import MAPPINGS, VOCABULARY, Said

INJECTION = {
    "status": "completed",
    "encounter.setting": "facility",
    "infusion": [{"drug": "a", "category": "therapeutic", "route": "injection"}],
}


def infusions(**days: str) -> InfusionTable:
    table = compile_algorithm(read_algorithm(MAPPINGS / "algorithms/infusion.yaml"), VOCABULARY)
    return replace(table, effective=Window.model_validate(days))


def said(table: InfusionTable, **more: Any) -> Said:
    documentation = given(INJECTION, more, VOCABULARY)
    found: dict[str, list[Any]] = {}
    for each in documentation.elements:
        found.setdefault(each.name, []).append(each)
    return Said(*filter(None, [table.propose(found, frozenset())]))


@pytest.mark.parametrize(
    ("days", "said_days", "lines", "asks"),
    [
        pytest.param({"to": "2030-12-31"}, [], [], {"service_date"}, id="it ends, and nobody says the day"),
        pytest.param({"from": "2017-01-01"}, [], ["96372"], set(), id="it does not end"),
        pytest.param(
            {"from": "2017-01-01"}, ["2016-12-31", "2017-01-01"], [], {"service_date"}, id="two days"
        ),
        pytest.param(
            {"from": "2017-01-01"}, ["2017-01-01", "2017-01-02"], ["96372"], set(), id="both within"
        ),
    ],
)
def test_the_day_is_asked_for_where_it_may_lie_outside(
    days: dict[str, str], said_days: list[str], lines: list[str], asks: set[str]
) -> None:
    conflicts = [{"element": "service_date", "values": said_days}] if said_days else []
    told = said(infusions(**days), conflicts=conflicts)
    assert (told.lines, set(told.asks)) == (lines, asks)


def test_outside_its_days_it_is_silent() -> None:
    assert said(infusions(to="2020-02-29"), service_date="2020-03-01").is_silent


@pytest.mark.parametrize(
    ("encounter", "lines", "asks"),
    [
        pytest.param({"encounter.setting": "professional", "encounter.pos": "34"}, [], set(), id="free"),
        pytest.param(
            {"encounter.setting": "professional", "encounter.pos": "49"}, ["96372"], set(), id="in a clinic"
        ),
        pytest.param({"encounter.setting": "professional"}, [], {"encounter.pos"}, id="place unknown"),
        pytest.param({"encounter.setting": "facility"}, ["96372"], set(), id="the facility's"),
        pytest.param({"encounter.pos": "22"}, [], {"encounter.setting"}, id="setting unknown"),
        pytest.param({"encounter.pos": "11"}, ["96372"], set(), id="in an office, whoever charges"),
        pytest.param({}, [], {"encounter.setting"}, id="nothing known"),
    ],
)
def test_a_professional_charges_nothing_of_it_in_a_facility(
    encounter: dict[str, str], lines: list[str], asks: set[str]
) -> None:
    told = said(infusions(), **{"encounter.setting": None} | encounter)
    assert (told.lines, set(told.asks)) == (lines, asks)


def test_two_places_of_service_are_asked_about() -> None:
    conflicts = [{"element": "encounter.pos", "values": ["11", "22"]}]
    told = said(infusions(), conflicts=conflicts, **{"encounter.setting": "professional"})
    assert (told.lines, set(told.asks)) == ([], {"encounter.pos"})
