"""What a sentence says is the same wherever a note repeats it; what its place makes of it is not."""

import pytest

from service.domain.documentation import DocumentedElement
from tests.unit.mapping.narrative.test_terms import TERMS, narrative

GUIDED = "The needle was advanced under fluoroscopy at L4-5."


def read(text: str) -> list[DocumentedElement]:
    return list(TERMS.read(narrative(text)))


def test_a_sentence_that_comes_again_is_told_where_it_first_stood() -> None:
    once, twice = (TERMS.find(text) for text in (GUIDED, f"{GUIDED}\n\n{GUIDED}"))
    assert twice == once


@pytest.mark.parametrize("before", ["PLAN: Rest.", "HISTORY: Pain.", "He had one in 2019."])
def test_a_sentence_that_was_set_aside_is_told_where_it_is_not(before: str) -> None:
    text = f"{before} {GUIDED}\n\nTECHNIQUE: Prepped. {GUIDED}"
    sources = [each.source for each in read(text) if each.name == "imaging.modality"]
    assert [each.start for each in sources] == [text.rindex("under fluoroscopy")]


def test_a_heading_sets_a_sentence_aside_that_stood_before_it_as_well() -> None:
    doubts = [each.doubt for each in TERMS.find(f"PROCEDURE:\n{GUIDED}\nPLAN:\n{GUIDED}")]
    half = len(doubts) // 2
    assert doubts == [""] * half + ["aside"] * half


def test_a_sentence_of_another_level_is_another_sentence() -> None:
    levels = {
        each.value for each in read("Epidural at L4-5. Epidural at L5-S1.") if each.name == "entry_levels"
    }
    assert levels == {"L4-L5", "L5-S1"}


def test_a_thing_told_of_twice_is_two_things() -> None:
    items = [each.item for each in TERMS.find("3 cm laceration. 3 cm laceration.") if each.item]
    assert len(set(items)) == 2
