"""Runs charge-capture so that it kills itself, as kill -9 does, at a named point: for the flow tests."""

import os
import signal
import sys

from service.__main__ import main
from service.pipeline.receive import Door
from service.posting.dft_over_mllp import DftOverMllp
from service.wiring import Service


def _die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def _after(function):
    def then_die(*args, **kwargs):
        function(*args, **kwargs)
        _die()

    return then_die


def after_commit_before_ack():
    """The message is stored; its sender never hears of it."""
    Door.receive_frames = _after(Door.receive_frames)


def after_approval_before_posting():
    """The approval is committed; nobody was woken to post it."""
    Service.approved = _die


def after_claim_before_sending():
    """The posting is claimed and its bytes are fixed; none has left."""
    DftOverMllp.send = _die


def after_billing_answered():
    """Billing has the charge and said so; the answer is not recorded."""
    DftOverMllp.send = _after(DftOverMllp.send)


if __name__ == "__main__":
    globals()[sys.argv.pop(1)]()
    main()
