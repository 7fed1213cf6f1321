"""Lines that are looked up by their first condition are those that are found by trying each."""

from collections.abc import Iterator
from itertools import chain, product
from typing import Any

import pytest

from service.domain.documentation import DocumentedElement, Source, Value
from service.mapping.documented.stands import CONFLICT_ORIGIN, Stands, stand_of
from service.mapping.documented.vocabulary import Element
from service.mapping.tables.conditions import CONFLICT, Lines
from service.mapping.tables.table import Table
from tests.shipped import shipped_mappings

MAPPINGS = shipped_mappings()
TABLES = [table for table in MAPPINGS.tables if isinstance(table, Table)]
OPEN_VALUES: dict[str, tuple[Value, ...]] = {"integer": (0, 3, 900), "number": (0.0, 2.6, 900.0)}


def tried(lines: Lines[Any], stands: Stands) -> list[tuple[int, Any, Any]]:
    truths = ((test.shown(stands), test, then) for test, then in lines.all)
    return [each for each in truths if each[0] >= CONFLICT]


def said_in_all_ways(element: Element) -> Iterator[tuple[tuple[Value, str], ...]]:
    """Not at all; each value, sure and disputed; and two values."""
    values = element.values or OPEN_VALUES.get(element.type, ("2026-03-02",))
    yield ()
    for value, origin in product(values, ("structured", CONFLICT_ORIGIN)):
        yield ((value, origin),)
    for value in values[1:]:
        yield (values[0], "structured"), (value, "structured")


def stands_of(name: str) -> list[Stands]:
    element = MAPPINGS.vocabulary.element(name)
    ways = [
        [DocumentedElement(name, value, Source(""), origin) for value, origin in said]
        for said in said_in_all_ways(element)
    ]
    return [{name: stand_of(element)(way)} if way else {} for way in ways]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_is_looked_up_is_what_trying_each_line_finds(table: Table) -> None:
    every: list[Lines[Any]] = [table.hold, table.confirm]
    every += chain.from_iterable((fact.votes, fact.asks) for fact in table.facts)
    for lines in every:
        ways = {name: stands_of(name) for test, _then in lines.all for name in test.names}
        for name, of_it in ways.items():
            others = {other: stand for each in ways if each != name for other, stand in ways[each][1].items()}
            for stands in of_it:
                assert lines.shown(others | stands) == tried(lines, others | stands)
