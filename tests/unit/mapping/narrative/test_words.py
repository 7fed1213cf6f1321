"""The words of a text, and where each of them stands."""

import pytest

from service.mapping.narrative.words import cut, fold

TEXT = (
    "Under live fluoroscopy, a 3.2 cm catheter tip was kept at L4-5 - not at th12.\n"
    "The a-line of Dr. Test's  patient\tran 9:10 to 10:35 AM on Feb 27, 2026; [ ] none of it remained\n\n"
    + "and so on and so forth "
    * 9
)


def test_each_word_stands_where_its_place_says() -> None:
    found = cut(TEXT, {"2026-03-02"})
    for word, (start, _) in zip(found.words, found.spans(), strict=True):
        assert fold(TEXT).startswith(word, start) or not word.isalnum(), (word, start)


def test_a_span_goes_from_the_first_word_to_the_end_of_the_last() -> None:
    found = cut("The old catheter tip was  kept (in place).")
    assert [found.span(1, 3), found.span(4, 5), found.span(2, 7)] == [(4, 20), (21, 30), (8, 40)]


@pytest.mark.parametrize(("start", "end"), [(0, 6), (7, 13)])
def test_a_sentence_has_its_levels_numbers_and_places_of_its_own(start: int, end: int) -> None:
    whole = cut("L4-5 was 2 x 3 cm. L5-S1 had 2 x 3 cm.")
    own = whole.part(start, end)
    assert own.levels == {0: whole.levels[start]}
    assert {place: number.row for place, number in own.numbers.items()} == {2: (2, 4), 4: (2, 4)}
    assert own.span(0, 4) == whole.span(start, start + 4)


def test_what_is_said_tells_levels_apart_but_not_where_they_stand() -> None:
    text = cut("at L4-5. at L5-S1.\nat  L4-5.")
    first, second, third = (text.part(at, at + 2).said() for at in (0, 3, 6))
    assert first == third != second


@pytest.mark.parametrize(
    "text",
    [
        "L4-5",
        "l4/L5",
        "L4 L5",
        "L 4-5",
        "L 4/5",
        "L4,5",
        "between L4 and L5",
        "between the L4 and L5 laminae",
    ],
)
def test_an_interspace_is_read_however_it_is_written(text: str) -> None:
    assert [*cut(f"Needle placed {text}.").levels.values()] == ["L4-L5"]


@pytest.mark.parametrize("text", ["at L4 and L5", "L3,4,5", "2 L 4-5 x daily", "between L2 and L5"])
def test_two_levels_are_no_interspace(text: str) -> None:
    assert "L4-L5" not in cut(text).levels.values()


@pytest.mark.parametrize(
    ("text", "sentences"), [("at 8 ml/h. Not now.", 2), ("for 2 h. Not now.", 2), ("Dr. A. Test came.", 1)]
)
def test_a_unit_of_one_letter_ends_a_sentence_and_an_initial_does_not(text: str, sentences: int) -> None:
    assert cut(text).words.count(".") == sentences
