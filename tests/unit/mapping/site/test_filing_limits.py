"""Files of filing limits."""

import shutil
from pathlib import Path

import pytest

from service.domain.errors import MappingError
from service.mapping import check, load
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.site.filing_limits import read_filing_limits
from tests.programs import REPOSITORY

WHOLE = """\
format: filing/1
title: Limits of our contracts
owner: billing office
source: Contracts, read 2026-02-01
effective: {from: 2026-01-01}
limits:
  medicare: 365
  commercial: 90
otherwise: 60
"""


@pytest.fixture(scope="module")
def vocabulary():
    return read_vocabulary(REPOSITORY / "mappings" / "vocabulary.yaml")


@pytest.fixture
def read(tmp_path, vocabulary):
    def write(text):
        path = Path(tmp_path / "contracts.yaml")
        path.write_text(text)
        return read_filing_limits(path, vocabulary)

    return write


def test_a_file_is_read_whole(read):
    limits = read(WHOLE)
    assert (limits.name, limits.first_day, limits.last_day) == ("contracts", "2026-01-01", "")
    assert (limits.days, limits.otherwise) == ({"medicare": 365, "commercial": 90}, 60)
    assert read(WHOLE.replace("otherwise: 60\n", "")).otherwise is None


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("medicare:", "medicar:", 7, "nearest: medicare"),
        ("{from: 2026-01-01}", "{from: 2026-01-01, to: 2025-01-01}", 5, "ends before"),
        ("365", "0", 7, "medicare"),
        ("365", "a year", 7, "medicare"),
        ("otherwise: 60", "other: 60", 9, "other"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(read, old, new, line, said):
    with pytest.raises(MappingError, match=said) as caught:
        read(WHOLE.replace(old, new, 1))
    assert caught.value.line == line


def test_two_files_about_one_day_are_refused_and_two_that_follow_each_other_are_loaded(tmp_path):
    for name in ("vocabulary.yaml", "feeds", "terms"):
        source = REPOSITORY / "mappings" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    folder = tmp_path / "filing"
    folder.mkdir()
    (folder / "b.yaml").write_text(WHOLE)
    (folder / "a.yaml").write_text(WHOLE.replace("2026-01-01", "2025-01-01"))
    (finding,) = [each for each in check(tmp_path) if "filing" in each.file]
    assert (finding.file, finding.severity) == (finding.file, "error")
    assert "a.yaml is about, too" in finding.message
    (folder / "a.yaml").write_text(WHOLE.replace("2026-01-01", "2025-01-01, to: 2025-12-31"))
    assert [limits.name for limits in load(tmp_path).filing_limits] == ["a", "b"]
