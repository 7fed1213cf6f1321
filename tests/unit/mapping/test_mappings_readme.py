"""What README.md shows of the table stands in the table; the table that it begins with passes the check."""

import shutil
from pathlib import Path

import yaml

from service.mapping.lint.check import check
from service.mapping.tables.table_file import read_table

MAPPINGS = Path(__file__).parents[3] / "mappings"


def written() -> list[str]:
    text = (MAPPINGS / "README.md").read_text()
    return [block.split("```")[0] for block in text.split("```yaml\n")[1:]]


def examples() -> list[object]:
    return [yaml.safe_load(block) for block in written()]


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


def test_the_table_to_begin_with_passes_the_check(tmp_path: Path) -> None:
    (begun,) = [block for block in written() if block.startswith("format: table/1\n")]
    for file in ("vocabulary.yaml", "terms/cues.yaml", "terms/routine.yaml"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(MAPPINGS / file, tmp_path / file)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables/sacroiliac-injection.yaml").write_text(begun)
    assert check(tmp_path) == []
