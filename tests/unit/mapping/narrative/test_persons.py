"""Who did it may have any name; what else stands beside it is read."""

import pytest

from service.mapping.tables.taken_back import TAKEN_BACK
from tests.unit.mapping.narrative.test_terms import TERMS, narrative

DONE = "The needle was advanced under fluoroscopy at L4-5."


@pytest.mark.parametrize("line", ["Surgeon: Jane Q. Alpha, MD", "Performed by: Dr. Alpha", "Nurse: Beta, RN"])
def test_a_name_is_not_asked_about(line: str) -> None:
    assert TAKEN_BACK not in {each.name for each in TERMS.read(narrative(f"{DONE}\n{line}"))}


@pytest.mark.parametrize(
    "line", ["Performed by: Alpha, MD at Lakeside", "Surgeon: Lakeside", "Helper: Alpha, MD"]
)
def test_what_is_no_name_is(line: str) -> None:
    assert TAKEN_BACK in {each.name for each in TERMS.read(narrative(f"{DONE}\n{line}"))}


def test_what_stands_below_a_title_is_read_but_for_a_list_of_titles() -> None:
    title = "PROCEDURE: Blood patch"
    told = {each.name for each in TERMS.read(narrative(f"{title}\nThe dog barked\n{DONE}"))}
    listed = {each.name for each in TERMS.read(narrative(f"PROCEDURE:\n1. Blood patch\n2. The dog\n{DONE}"))}
    assert TAKEN_BACK in told
    assert TAKEN_BACK not in listed
