import re
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from service.domain.errors import MappingError
from service.mapping.files.yaml_file import read_yaml


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = ""
    guided: bool = True
    any_of: tuple[str, ...] = Field(default=(), alias="in")


class File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    rows: tuple[Part, ...] = ()
    parts: dict[str, Part] = {}
    free: dict[str, str | int | float | bool | None] = {}


def write(folder: Path, text: str | bytes) -> Path:
    (folder / "mappings/tables").mkdir(parents=True)
    (folder / "mappings/vocabulary.yaml").touch()
    path = folder / "mappings/tables/x.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(MappingError) as caught:
        read_yaml(write(folder, text), File)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param("titel: a\n", 1, "unknown key 'titel'; nearest: title", id="unknown key"),
        pytest.param("rows: []\n", 1, "'title' is missing", id="missing key"),
        pytest.param(
            "title: a\nrows:\n  - code: a\n  - gided: true\n",
            4,
            "unknown key 'gided'; nearest: guided",
            id="in a list",
        ),
        pytest.param(
            "title: a\nparts:\n  x:\n    inn: [a]\n", 4, "unknown key 'inn'; nearest: in", id="in a mapping"
        ),
        pytest.param("title: a\nrows:\n- {code: 62327}\n", 3, 'put the code in quotes: "62327"', id="code"),
        pytest.param(
            "title: a\nrows:\n- {code: 01967}\n", 3, 'put the code in quotes: "01967"', id="octal-like code"
        ),
        pytest.param("title: a\nrows:\n- {code: 59}\n", 3, 'put the code in quotes: "59"', id="modifier"),
        pytest.param(
            "title: a\nrows:\n- {guided: no}\n", 3, "write true or false, not 'no'", id="no is not false"
        ),
        pytest.param("title: a\nrows:\n- {guided: True}\n", 3, "write true or false, not 'True'", id="True"),
        pytest.param("title: a\nrows:\n- {guided: 1}\n", 3, "write true or false, not 1", id="1 is not true"),
        pytest.param(
            "title: a\nrows:\n- in:\n  - a\n  - 7\n", 5, "put the code in quotes", id="item of a list"
        ),
        pytest.param(
            "title: a\nfree:\n  a: 1\n  b: 2\n  a: 3\n", 5, "'a' is written twice; .* line 3", id="twice"
        ),
        pytest.param("title: &t a\nfree: {x: *t}\n", 1, "anchor &t is not allowed", id="anchor"),
        pytest.param("title: a\nfree: {x: *t}\n", 2, r"alias \*t is not allowed", id="alias"),
        pytest.param("title: a\nfree:\n  x: !!int 3\n", 3, "tag .* is not allowed", id="tag"),
        pytest.param(
            "title: !!python/object/apply:os.getcwd []\n", 1, "tag .* is not allowed", id="python tag"
        ),
        pytest.param("title: a\n---\ntitle: b\n", 2, "a second document", id="two documents"),
        pytest.param("", 1, "is empty", id="empty"),
        pytest.param("# only a comment\n", 1, "is empty", id="only a comment"),
        pytest.param("title: a\nrows: [\n", 3, "is not YAML", id="not closed"),
        pytest.param("title: a\nrows: [a\nfree: b", 3, "is not YAML: .*; a bracket", id="no comma"),
        pytest.param("title: a: b\n", 1, "is not YAML: .*; text with a colon goes into quotes", id="colon"),
        pytest.param("title: a\n\tx: 1\n", 2, "is not YAML", id="tab"),
        pytest.param("title: a\nfree: {[1]: 2}\n", 2, "a key must be a word", id="list as key"),
        pytest.param(b"title: a\nfree: {x: \xff}\n", 2, "is not UTF-8", id="latin-1"),
        pytest.param("title: " + "[" * 40 + "]" * 40, 1, "nested deeper than", id="deep"),
        pytest.param("title: " + "x" * (1 << 20), 1, "larger than", id="large"),
        pytest.param("- a\n", 1, "the file: write {key: value}; the keys are ", id="a list"),
        pytest.param("title: a\nrows: 3\n", 2, r"rows: write a list: \[3\]", id="no list"),
        pytest.param("title: a\nrows: [b]\n", 2, r"rows.0: write {key: value}; the keys are code", id="bare"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(
    tmp_path: Path, text: str | bytes, line: int, message: str
) -> None:
    assert re.match(rf"mappings/tables/x\.yaml:{line}: .*{message}", refusal(tmp_path, text))


def test_all_keys_that_are_missing_are_named_at_once(tmp_path: Path) -> None:
    class Named(BaseModel):
        code: str
        row: int

    with pytest.raises(MappingError, match=r"x\.yaml:1: 'code', 'row' are missing$"):
        read_yaml(write(tmp_path, "x: 1\n"), Named)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"^none\.yaml:1: cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml", File)


def test_of_several_faults_the_first_is_told_and_the_others_go_with_it(tmp_path: Path) -> None:
    text = "title: 01967\nb: 1\nrows:\n  - code: a\n    code: b\nfree: {x: *t}\nc: 1\n"
    with pytest.raises(MappingError, match=r":1: put the code in quotes: .* \(and 4 more\)") as refused:
        read_yaml(write(tmp_path, text), File)
    assert [(each.line, each.problem[:9]) for each in refused.value.others] == [
        (5, "key 'code"),
        (6, "alias *t "),
        (2, "unknown k"),
        (7, "unknown k"),
    ]


def test_only_plain_yaml_1_2_values_are_understood(tmp_path: Path) -> None:
    text = """title: a
free: {a: no, b: "01967", c: 1.5, d: 2026-03-01, e: true, f: null, g: -3, h: 0x10, i: 12:30, 01: x}"""
    file, _lines = read_yaml(write(tmp_path, text), File)

    assert file.free == {
        "a": "no",
        "b": "01967",
        "c": 1.5,
        "d": "2026-03-01",
        "e": True,
        "f": None,
        "g": -3,
        "h": "0x10",
        "i": "12:30",
        "01": "x",
    }


def test_lines_points_at_the_key_or_item_and_else_at_what_holds_it(tmp_path: Path) -> None:
    _file, lines = read_yaml(write(tmp_path, "title: a\nparts:\n  x:\n    in:\n    - a\n    - b\n"), File)

    assert lines.at("parts", "x", "in", 1) == 6
    assert lines.at("parts", "x") == 3
    assert lines.at("parts", "x", "nothing of that name") == 3
    assert lines.at() == 1
