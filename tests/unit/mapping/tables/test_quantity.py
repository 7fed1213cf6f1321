"""Units out of what is documented: up, down, past the half, beyond, by the row."""

import pytest

from service.domain.documentation import DocumentedElement, Source
from service.mapping.documented.stands import Stand
from service.mapping.tables.quantity import compile_units
from service.mapping.tables.tail import Units

MINUTES = "sedation.minutes"


def units(rule: dict[str, object], *amounts: float, per_of_row: float = 0.0) -> int | None:
    """Units of an amount; of several, which contradict each other."""
    elements = tuple(DocumentedElement(MINUTES, amount, Source("OBX-5")) for amount in amounts)
    stands = {MINUTES: Stand(MINUTES, elements, amounts, conflict=len(amounts) > 1)} if amounts else {}
    return compile_units(Units.model_validate(rule)).units(stands, per_of_row)


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, 0), (15, 0), (22, 0), (22.5, 0), (23, 1), (37, 1), (37.5, 1), (38, 2)]
)
def test_a_unit_of_time_counts_once_more_than_half_of_it_is_reached(minutes: float, expected: int) -> None:
    beyond_the_first = {"of": MINUTES, "beyond": 15, "per": 15, "round": "past_half"}
    assert units(beyond_the_first, minutes) == expected


@pytest.mark.parametrize(
    ("rounding", "amount", "expected"),
    [
        pytest.param("up", 15, 1, id="up, whole"),
        pytest.param("up", 15.1, 2, id="up, a part"),
        pytest.param("down", 15, 1, id="down, whole"),
        pytest.param("down", 29.9, 1, id="down, a part"),
        pytest.param("down", 14, 0, id="down, less than one"),
    ],
)
def test_a_part_of_a_unit_counts_as_the_table_says(rounding: str, amount: float, expected: int) -> None:
    assert units({"of": MINUTES, "per": 15, "round": rounding}, amount) == expected


def test_a_part_counts_unless_the_table_says_otherwise() -> None:
    assert units({"of": MINUTES, "per": 15}, 16) == 2


@pytest.mark.parametrize("rounding", ["up", "down"])
def test_what_a_computer_adds_up_is_no_unit_more_or_less(rounding: str) -> None:
    assert 0.1 + 0.2 != 0.3
    assert units({"of": MINUTES, "per": 0.1, "round": rounding}, 0.1 + 0.2) == 3
    assert units({"of": MINUTES, "per": 0.1, "round": rounding}, 0.3) == 3


def test_less_than_what_another_code_covers_is_nothing() -> None:
    assert units({"of": MINUTES, "beyond": 15, "per": 15}, 3) == 0


def test_the_size_of_a_unit_may_stand_in_the_row() -> None:
    assert units({"of": MINUTES, "per": "row"}, 40, per_of_row=20) == 2


def test_a_fixed_number_needs_no_documentation() -> None:
    assert units({"fixed": 2}) == 2


def test_what_nobody_says_or_two_say_differently_is_unknown() -> None:
    assert units({"of": MINUTES, "per": 15}) is None
    assert units({"of": MINUTES, "per": 15}, 30, 45) is None
