"""Levels of which each is a thing: told as fields and in words, they are not simply added up."""

import pytest

from service.domain.documentation import DocumentedElement, Source
from service.mapping.documented.stands import CONFLICT_ORIGIN
from service.mapping.tables.view import Each

LEVELS = Each(element="entry_levels")


def said(*levels: str, origin: str = "structured") -> list[DocumentedElement]:
    return [DocumentedElement("entry_levels", level, Source("OBX-5"), origin) for level in levels]


@pytest.mark.parametrize(
    ("coded", "worded", "disputed"),
    [
        (["L4-L5"], ["L5-S1"], {"L5-S1"}),  # a template carried over, or a second level: nobody knows
        (["L4-L5", "L5-S1"], ["L5-S1"], set()),
        (["L4-L5"], ["L4-L5"], set()),
        ([], ["L4-L5", "L5-S1"], set()),
        ([], ["T4", "T4-T5", "T6"], {"T4"}),  # one place by two names, or two places
        (["S1_foramen", "S1"], [], {"S1"}),
        (["T4", "T5"], [], set()),
    ],
)
def test_what_may_be_told_twice_is_disputed(coded: list[str], worded: list[str], disputed: set[str]) -> None:
    things = LEVELS.split({"entry_levels": said(*coded) + said(*worded, origin="narrative")})

    assert {each["entry_levels"][0].value for each in things} == {*coded, *worded}
    assert {
        each["entry_levels"][0].value
        for each in things
        if all(level.origin == CONFLICT_ORIGIN for level in each["entry_levels"])
    } == disputed
