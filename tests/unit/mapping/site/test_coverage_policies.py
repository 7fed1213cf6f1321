"""Files of coverage policies."""

from pathlib import Path

import pytest

from service.domain.coverage import Frequency
from service.domain.errors import MappingError
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.site.coverage_policies import read_policy
from tests.programs import REPOSITORY

WHOLE = """\
format: coverage/1
title: Epidural injections, Medicare
owner: pain coding
source: The contractor's policy, read 2026-02-01
effective: {from: 2026-01-01}
codes: ["99991", "99992"]
payers: [medicare]
diagnoses: ["M54.16", "G89*"]
frequency: {most: 4, days: 365}
documented: [imaging.images_archived]
"""


@pytest.fixture(scope="module")
def vocabulary():
    return read_vocabulary(REPOSITORY / "mappings" / "vocabulary.yaml")


@pytest.fixture
def read(tmp_path, vocabulary):
    def write(text):
        path = Path(tmp_path / "epidural.yaml")
        path.write_text(text)
        return read_policy(path, vocabulary)

    return write


def test_a_file_is_read_whole(read):
    policy = read(WHOLE)
    assert (policy.name, policy.codes, policy.payers) == ("epidural", {"99991", "99992"}, {"medicare"})
    assert (policy.first_day, policy.last_day) == ("2026-01-01", "")
    assert (policy.frequency, policy.diagnoses) == (Frequency(4, 365), ("M54.16", "G89*"))


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("[medicare]", "[medicar]", 7, "nearest: medicare"),
        ("M54.16", "M5416", 8, "no ICD-10-CM code"),
        ("images_archived", "images_archive", 10, "nearest: imaging.images_archived"),
        ("{from: 2026-01-01}", "{from: 2026-01-01, to: 2025-01-01}", 5, "ends before"),
        ('"99992"', '"9999"', 6, "codes"),
        ("most: 4", "most: 0", 9, "most"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(read, old, new, line, said):
    with pytest.raises(MappingError, match=said) as caught:
        read(WHOLE.replace(old, new, 1))
    assert caught.value.line == line


def test_a_policy_that_asks_for_nothing_is_refused(read):
    with pytest.raises(MappingError, match="says nothing"):
        read("\n".join(WHOLE.splitlines()[:7]) + "\n")
