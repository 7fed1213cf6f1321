"""Whoever looks at the quarantine is told what would help."""

import pytest

from service.pipeline import receive
from service.pipeline.advice import advice_on
from service.pipeline.billing_answers import _ANOTHERS, _NOT_OURS, _TAKEN_BACK


@pytest.mark.parametrize(
    ("reason", "helps"),
    [
        (f"bytes came outside a message frame; {receive.ONLY_ITS_BEGINNING}", "Have it sent again"),
        ("more than 10000 messages and batches in one payload: send it in parts", "in parts"),
        (f"MSH-3: {receive.NOT_ON_THE_LIST}", "CHARGE_CAPTURE_MLLP_SENDERS"),
        ("MSH-13: the sequence number is not the expected one", "in its turn"),
        ("MSH-11: archived or initial data is no new work", "discard"),
        ("our reader failed on it (ValueError at x.py:1): report this, then replay it", "report"),
        ("its reader stopped 5 times", "After the upgrade"),
        (_NOT_OURS, "ask billing"),
        (_TAKEN_BACK, "credit"),
        (_ANOTHERS, "MSH-3 and MSH-4"),
        ("MSH-10: there is no message control id", "mended and sent again; then discard"),
        ("OBX[3]-5: this is no number", "mend its file, then read it again"),
    ],
)
def test_each_reason_has_what_would_help(reason, helps):
    assert helps in advice_on(reason)
