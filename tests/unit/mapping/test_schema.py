"""The schemas for editors, by a validator that is not ours: what they take, and what they underline."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from service.mapping.schema import schemas
from tests.mapping_cases import MAPPINGS

VALIDATORS = {name: Draft202012Validator(schema) for name, schema in schemas().items()}
#: Folder, or file by its name -> kind of file.
KINDS = {
    "tables": "table",
    "lookups": "lookup",
    "algorithms": "algorithm",
    "feeds": "feed",
    "destinations": "destination",
    "terms": "terms",
    "vocabulary.yaml": "vocabulary",
    "cues.yaml": "cues",
    "routine.yaml": "routine",
}
PUNCTURE = (MAPPINGS / "tables/spinal-puncture.yaml").read_text()


class AsEditorsRead(yaml.SafeLoader):
    """YAML 1.2: true and false alone are booleans, a date is text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - a loader's own
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


AsEditorsRead.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))


def faults(kind: str, text: str) -> list[str]:
    data: Any = yaml.load(text, AsEditorsRead)
    return [f"{list(each.path)}: {each.message}" for each in VALIDATORS[kind].iter_errors(data)]


@pytest.mark.parametrize("path", sorted(MAPPINGS.rglob("*.yaml")), ids=lambda path: path.name)
def test_nothing_shipped_is_underlined(path: Path) -> None:
    kind = KINDS.get(path.name) or KINDS[path.parent.name]
    assert faults(kind, path.read_text()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("owner: ", "owned: ", id="a key that is none"),
        pytest.param("hit: unique", "hit: first", id="a hit policy that is none"),
        pytest.param("status: {in: [", "status: {inn: [", id="an operator that is none"),
        pytest.param('add: "53"', "add: 53", id="a modifier that is a number"),
        pytest.param("units: {fixed: 1}", "units: {fixed: 0}", id="no unit"),
        pytest.param("format: table/1", "format: table/2", id="another format"),
    ],
)
def test_a_slip_is_underlined(old: str, new: str) -> None:
    assert old in PUNCTURE
    assert faults("table", PUNCTURE.replace(old, new, 1))
