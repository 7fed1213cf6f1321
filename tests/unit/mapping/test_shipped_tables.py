"""The tests that analysts write into the tables, run by pytest as well."""

from pathlib import Path

import pytest

from service.domain.charge import Proposal
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.lint.table_tests import differences, given
from service.mapping.tables.compiler import compile_table
from service.mapping.tables.evaluate import Tables, propose
from service.mapping.tables.table_file import TableSource, TableTest, in_succession, read_lookup, read_table

MAPPINGS = Path(__file__).parents[3] / "mappings"
VOCABULARY = read_vocabulary(MAPPINGS / "vocabulary.yaml")
LOOKUPS = {path.stem: read_lookup(path)[0] for path in (MAPPINGS / "lookups").glob("*.yaml")}
SOURCES = in_succession(read_table(path) for path in sorted((MAPPINGS / "tables").glob("*.yaml")))


@pytest.mark.parametrize(
    ("source", "test"),
    [
        pytest.param(source, test, id=f"{source.name}: {test.name}")
        for source in SOURCES
        for test in source.file.tests
    ],
)
def test_table(source: TableSource, test: TableTest) -> None:
    table = compile_table(source, VOCABULARY, LOOKUPS, test.switches)
    documentation = given(source.file.base, test.given, VOCABULARY)
    proposal = next(iter(propose(Tables([table]), documentation)), Proposal("", ""))

    assert list(differences(test, proposal)) == []


def test_the_family_is_complete() -> None:
    (source,) = [source for source in SOURCES if source.name == "neuraxial-injection"]
    assert [row.cells[-1] for row in source.file.decide.rows] == [str(code) for code in range(62320, 62328)]
    assert len(source.file.tests) >= 40
