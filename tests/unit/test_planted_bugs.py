"""The bugs that are planted now and then still fit the code: `python -m tests.planted_bugs` plants them."""

import pytest

from tests.planted_bugs import BUGS, planted
from tests.programs import REPOSITORY


@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_a_bug_can_be_planted_and_its_file_still_be_read(bug):
    text = planted(bug, (REPOSITORY / bug.file).read_text())
    compile(text, bug.file, "exec")
