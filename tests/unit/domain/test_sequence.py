"""What the number of a message (MSH-13) says about those before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.sequence import Progress, place


def come(*numbers):
    """The order and MSA-4 of each number, and the progress after the last."""
    progress, told = Progress(), []
    for number in numbers:
        placed = place(number, progress)
        progress = placed.after
        told.append((placed.sequencing.value, placed.expected))
    return told, progress


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        pytest.param([7, 8], ("", 8), id="what comes first begins; what is next is echoed"),
        pytest.param([7, 9], ("gap", 8), id="a gap"),
        pytest.param([7, 9, 10], ("", 10), id="after a gap it goes on"),
        pytest.param([7, 9, 8], ("late", 8), id="what was missing"),
        pytest.param([7, 9, 8, 8], ("again", 10), id="what was missing, twice"),
        pytest.param([7, 8, 7], ("again", 9), id="a number that was taken"),
        pytest.param([7, 8, 7, 9], ("", 9), id="which holds nothing up"),
        pytest.param([7, 8, 1], ("restart", 1), id="a counter that was set back"),
        pytest.param([7, 8, 1, 2], ("", 2), id="and counts from there"),
        pytest.param([0], ("restart", -1), id="0 before all: any number will do"),
        pytest.param([7, 0], ("restart", 8), id="0: which one is next"),
        pytest.param([3, 7, 9, 0], ("restart", 4), id="0: what is missing is sent again"),
        pytest.param([3, 7, -1], ("restart", -1), id="-1: whichever comes next begins"),
        pytest.param([3, 7, -1, 5], ("", 5), id="and so it does"),
    ],
)
def test_what_a_number_says(numbers, told):
    assert come(*numbers)[0][-1] == told


def test_what_is_missing_is_told_in_few_words():
    _, progress = come(3, 7, 9, 5)
    assert (str(progress), progress.last) == ("4, 6, 8", 9)
    assert str(come(3, 7)[1]) == "4-6"
    assert str(come(3, 7, -1)[1]) == ""


@given(st.lists(st.integers(1, 30), min_size=1))
def test_missing_is_what_never_came_between_the_first_and_the_last(numbers):
    numbers = [100, *(number + 100 for number in numbers)]  # none is 1, or below the first
    _, progress = come(*numbers)
    missing = {n for first, end in progress.missing for n in range(first, end + 1)}
    assert (progress.last, missing) == (max(numbers), set(range(100, max(numbers))) - set(numbers))


def test_what_is_remembered_of_a_broken_counter_has_an_end():
    _, progress = come(*range(2, 2000, 2))
    assert len(progress.missing) == 100
    assert progress.missing[-1] == (1997, 1997)
