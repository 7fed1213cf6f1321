"""The whole line under a billing system that misbehaves, with a kill in between: five ledgers agree."""

from tests.judge import run_and_judge


def test_nothing_is_lost_nothing_doubled_and_what_nobody_knows_is_shown(tmp_path):
    verdict = run_and_judge(tmp_path, seed=7, kills=1, orders=10)
    assert verdict.holds, (verdict.line(7), verdict.notes)
    assert verdict.unknown, "this seed meets silence: without it the run proves little"
