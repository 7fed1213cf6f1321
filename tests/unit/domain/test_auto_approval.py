"""What people made of a line, and when that proves a row right."""

import pytest

from service.domain.auto_approval import Acceptance, AutoApproval, settled
from service.domain.charge import Verdict

APPROVE, CHANGE, REJECT = Verdict.APPROVE, Verdict.CHANGE, Verdict.REJECT


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        ([(APPROVE, "ana")], APPROVE),
        ([(REJECT, "ana")], REJECT),
        ([(CHANGE, "ana"), (APPROVE, "ben")], CHANGE),
        ([(CHANGE, "ana")], None),
        ([(APPROVE, "ana"), (Verdict.UNDO_APPROVAL, "ana")], None),
        ([(APPROVE, "ana"), (Verdict.UNDO_APPROVAL, "ana"), (REJECT, "ana")], REJECT),
        ([(REJECT, "ana"), (Verdict.UNDO_REJECTION, "ana"), (APPROVE, "ana")], APPROVE),
        ([(APPROVE, "auto:rule")], None),
        ([(APPROVE, "auto:rule"), (Verdict.UNDO_APPROVAL, "ana"), (REJECT, "ana")], REJECT),
        ([], None),
    ],
)
def test_the_last_word_of_people_counts(verdicts, said):
    assert settled(verdicts) is said


@pytest.mark.parametrize(
    ("decided", "accepted", "proven"), [(100, 98, True), (99, 99, False), (100, 97, False)]
)
def test_a_row_is_proven_by_number_and_share(decided, accepted, proven):
    rule = AutoApproval("r", "d", (), 100, 0.98, 30, 0.05, 24)
    assert Acceptance(decided, accepted).proves(rule) is proven
