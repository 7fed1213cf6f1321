"""What README.md shows of the table stands in the table."""

from pathlib import Path

import yaml

from service.mapping.tables.table_file import read_table

MAPPINGS = Path(__file__).parents[3] / "mappings"


def examples() -> list[object]:
    text = (MAPPINGS / "README.md").read_text()
    return [yaml.safe_load(block.split("```")[0]) for block in text.split("```yaml\n")[1:]]


def test_the_examples_of_the_readme_are_those_of_the_table() -> None:
    gate, facts, tests, *_others = examples()
    table = yaml.safe_load((MAPPINGS / "tables/neuraxial-injection.yaml").read_text())
    file = read_table(MAPPINGS / "tables/neuraxial-injection.yaml").file

    assert isinstance(gate, dict)
    for name, condition in gate.items():
        assert condition == table["applies_when"][name] or condition in table["applies_when"][name]
    assert isinstance(facts, dict)
    assert facts["guided"]["ask_about"] == table["facts"]["guided"]["ask_about"]
    assert all(line in table["facts"]["guided"]["evidence"] for line in facts["guided"]["evidence"])
    assert isinstance(tests, list)
    assert {test["name"] for test in tests} <= {test.name for test in file.tests}
