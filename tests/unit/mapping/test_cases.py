"""Every case of tests/data/cases, as fields and as a note; and each with anything left out."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.domain.documentation import Documentation
from service.mapping import Mappings, propose
from service.pipeline.chart import Reader
from tests.left_out_sentences import unasked
from tests.mapping_cases import (
    MODES,
    STRUCTURED,
    documentation_of,
    outcome,
    read_cases,
    run,
    wanted,
)
from tests.shipped import shipped_mappings, shipped_reader

CASES = read_cases()
#: What can only contradict: it settles nothing, and without it there is nothing to contradict.
ONLY_CONTRADICTS = {"entry_region"}
NAMES = [f"{case['family']}: {case['id']}" for case in CASES]


@pytest.fixture(scope="module")
def mappings() -> Mappings:
    return shipped_mappings()


@pytest.fixture(scope="module")
def reader() -> Reader:
    return shipped_reader()


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_case(mappings: Mappings, reader: Reader, case: dict, mode: str) -> None:
    came = run(mappings, reader, case, mode)
    assert not came.codes & set(case["must_not"])
    assert (came.lines, came.asks) == wanted(case, mode)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_with_anything_left_out_no_other_code_comes_unasked(
    mappings: Mappings, reader: Reader, case: dict, mode: str
) -> None:
    for documentation in documentation_of(mappings, reader, case, mode):
        whole = outcome(propose(mappings.tables, documentation))
        # What is asked about although it is documented contradicts the rest: without it, nothing does.
        # Of a thing that is asked about, what is left may be said of another: "was closed in layers".
        things = {each.partition(".")[0] for each in whole.asks} & set(mappings.vocabulary.groups)
        of_things = {each.name for each in documentation.elements if each.name.partition(".")[0] in things}
        contradicting = ONLY_CONTRADICTS | of_things | {*whole.asks}
        for what, rest in _with_less(documentation, contradicting):
            came = outcome(propose(mappings.tables, rest))
            if came.codes - whole.codes:
                assert came.asks or came.confirms, f"without {what}: {came.lines}"


@pytest.mark.parametrize("case", CASES[::8], ids=NAMES[::8])
def test_without_any_one_sentence_no_other_code_comes_unasked(
    mappings: Mappings, reader: Reader, case: dict
) -> None:
    """A sample; `python -m tests.left_out_sentences` tries all."""
    assert not [*unasked(mappings, reader, case)]


def test_the_cases_reach_every_table(mappings: Mappings, reader: Reader) -> None:
    """Else what holds for the cases holds for those tables alone that have some."""
    reached = {
        candidate.table
        for case in CASES
        for documentation in documentation_of(mappings, reader, case, STRUCTURED)
        for proposal in propose(mappings.tables, documentation)
        for candidate in proposal.candidates
    }
    assert reached == {table.name for table in mappings.tables}


def _with_less(documentation: Documentation, without: set[str]) -> Iterator[tuple[str, Documentation]]:
    """Every single element left out, and every one wherever it is said."""
    elements = documentation.elements
    named = {each.name for each in elements} - without
    for number, each in enumerate(elements):
        if each.name in named:
            yield (
                f"{each.name} {each.item}",
                replace(documentation, elements=elements[:number] + elements[number + 1 :]),
            )
    for name in named:
        yield name, replace(documentation, elements=tuple(each for each in elements if each.name != name))
