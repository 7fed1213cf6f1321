"""The file of an auto-approval rule: its bounds keep a slip from switching people off."""

import pytest

from service.domain.errors import MappingError
from service.mapping import read_auto_approval

WHOLE = """\
format: auto-approval/1
name: pain-2026
owner: pain coding
rows:
  - {table: neuraxial-injection, row: 8}
least: {decisions: 200, share: 0.98, days: 180}
sample: 0.05
"""


@pytest.fixture
def read(tmp_path):
    def write(text):
        path = tmp_path / "rule.yaml"
        path.write_text(text)
        return read_auto_approval(path)

    return write


def test_a_file_is_read_whole_and_known_by_its_bytes(read):
    rule = read(WHOLE)
    assert (rule.rows, rule.decisions, rule.share, rule.days) == (
        (("neuraxial-injection", 8),),
        200,
        0.98,
        180,
    )
    assert (rule.sample, rule.after_hours, rule.approver) == (0.05, 24.0, "auto:pain-2026")
    assert read(WHOLE + "after_hours: 48\n").digest != rule.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("decisions: 200", "decisions: 10"),
        ("share: 0.98", "share: 0.9"),
        ("sample: 0.05", "sample: 0.0"),
        ("row: 8", "row: 0"),
        ("  - {table: neuraxial-injection, row: 8}", "  []"),
        ("sample: 0.05\n", ""),
    ],
)
def test_what_would_go_too_far_is_refused(read, old, new):
    with pytest.raises(MappingError):
        read(WHOLE.replace(old, new))
