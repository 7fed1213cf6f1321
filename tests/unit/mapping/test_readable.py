"""Tables in words: nothing that a table says is missing, and the words say what the engine does."""

from dataclasses import replace

import pytest

from service.mapping.readable import tables_in_words
from tests.shipped import shipped_mappings


def tables():
    return {table.name: table for table in tables_in_words(shipped_mappings())}


def part(parts, title):
    return next(each.sentences for each in parts if each.title == title)


@pytest.mark.parametrize("name", sorted(tables()))
def test_every_line_of_a_table_is_said(name):
    told = tables()[name]
    sources = {each.name: each.file for each in (*shipped_mappings().sources, *shipped_mappings().algorithms)}
    file = sources[name]
    assert len(told.gate) == sum(len(lines) for lines in file.applies_when.values())
    assert len(told.tests) == len(file.tests)
    assert all(len(row.cells) == len(told.columns) for row in told.rows)
    if name == "infusion":
        return
    assert [row.code for row in told.rows] == [file.decide.code(row) for row in file.decide.rows]
    for title, lines in (
        ("modifiers", file.modifiers),
        ("asked first", file.hold),
        ("asked beside it", file.confirm),
        ("beside it", file.add_ons),
        ("payers and settings", file.overlays),
    ):
        assert (
            len(part(told.tail, title)) == len(lines) if lines else title not in [p.title for p in told.tail]
        )
    for fact in file.facts:
        assert len(part(told.facts, fact)) > len(file.facts[fact].evidence), "and what is asked"


def test_facts_rows_and_the_tail_are_said_in_the_words_of_the_file():
    told = tables()["neuraxial-injection"]
    assert "lumbar_sacral: approach is caudal" in part(told.facts, "region")
    assert "as the switch t12_l1 says: entry_levels is T12-L1" in part(told.facts, "region")
    assert part(told.facts, "region")[-1] == "where it is open, ask about entry_levels"
    assert told.gate[1] == "kind is procedure or is not documented"
    assert told.gate[4].endswith("(asked about where it is posterior)")
    assert told.switches[0][::2] == ("t12_l1", "ask")
    assert part(told.tail, "how many") == ("units: 1",)
    assert part(told.tail, "modifiers")[1] == (
        "73: status is aborted_before_anesthesia and encounter.setting is facility"
    )


def test_quantities_bands_and_add_ons_are_said():
    drugs = tables()["drug-units"]
    assert part(drugs.tail, "how many")[0] == "units: drug.amount_mg by the size in the row, rounded up"
    assert part(drugs.tail, "beside it")[0].startswith("the same code with JW to J3301, ")
    wounds = tables()["wound-repair-simple"]
    assert part(wounds.facts, "length")[:2] == (
        "cm_2_5: wound.length_cm is at most 2.5",
        "cm_5: wound.length_cm is at most 5",
    )
    assert part(wounds.facts, "length")[-2] == "longer: wound.length_cm is more"
    assert wounds.tests[0].expected == ("12001",)


def test_what_the_site_has_settled_is_said():
    mappings = shipped_mappings()
    settled = {
        table.name: table
        for table in tables_in_words(replace(mappings, settings={"t12_l1": "lumbar_sacral"}))
    }
    assert settled["neuraxial-injection"].switches[0][::2] == ("t12_l1", "lumbar_sacral")
