"""One check tells all that is wrong: each fault of each file, with its line."""

import shutil
from pathlib import Path

import pytest

from service.mapping.lint.check import check

MAPPINGS = Path(__file__).parents[4] / "mappings"
#: Each line with a fault says behind it what must be told of it.
BROKEN = {
    "vocabulary.yaml": """\
format: vocabulary/1
elements:
  side: {type: choice, values: [left, right], aliases: {lfet: [l]}}  # nearest: left
  depth: {type: choice}  # a choice, and nothing else, lists its values
""",
    "terms/mine.yaml": """\
format: terms/1
elements:
  joint.name:
    values:
      kne: [knee]  # nearest: knee
      hip: ["<hips>"]  # hips
    contested_by:
      ankel: [ankle]  # nearest: ankle
  joint.nmae:  # nearest: joint.name
    ignore: [x]
""",
    "feeds/mine.yaml": """\
format: feed/1
title: A test
messages: hl7v2
accepts: [ORU^R01]
each: OBR
timezone: Mars/Base  # IANA
key:
  - {name: order, of: [OBR-3.1]}
context:
  patient: [PID-3.1]  # no field of the billing context
elements:
  joint.nmae: {paths: [OBX-5]}  # nearest: joint.name
  joint.name:
    paths: [OBX-5]
    values:
      K: kne  # nearest: knee
      H: hpi  # nearest: hip
""",
    "tables/mine.yaml": """\
format: table/1
titel: A test  # nearest: title
owner: me
owner: you  # written twice
concerns: {joint.name: &all [any]}  # anchor
code: 20610  # in quotes
""",
}


@pytest.mark.parametrize("file", BROKEN)
def test_all_that_is_wrong_with_a_file_is_told_at_once(tmp_path: Path, file: str) -> None:
    folder = tmp_path / "mappings"
    for each in ("vocabulary.yaml", "terms/cues.yaml", "terms/routine.yaml"):
        (folder / each).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(MAPPINGS / each, folder / each)
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(BROKEN[file])
    told = {each.line: each.message for each in check(folder) if each.file == f"mappings/{file}"}
    for number, line in enumerate(BROKEN[file].splitlines(), 1):
        assert line.partition("  # ")[2] in told.get(number, ""), told
