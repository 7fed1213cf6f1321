"""Runs charge-capture so that it kills itself, or fails, at a named point: for the flow tests."""

import os
import signal
import sys

from service.__main__ import main
from service.pipeline import chart
from service.pipeline.chart import Reader
from service.pipeline.receive import Door
from service.posting.dft_over_mllp import DftOverMllp
from service.wiring.service import Service


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


def after_commit_of_a_file():
    """What a file of the watched folder holds is stored; the file lies where it lay."""
    Door.receive_hl7 = _after(Door.receive_hl7)


def after_approval_before_posting():
    """The approval is committed; nobody was woken to post it."""
    Service.approved = _die


def after_claim_before_sending():
    """The posting is claimed and its bytes are fixed; none has left."""
    DftOverMllp.send = _die


def after_billing_answered():
    """Billing has the charge and said so; the answer is not recorded."""
    DftOverMllp.send = _after(DftOverMllp.send)


def _raise(*args, **_kwargs):
    raise ValueError(f"cannot work on {args!r}")


def reader_and_sweeper_quote_the_patient():
    """Reading raises an error whose text is the message; the sweeper meets one whose text is a name."""
    Reader.read = lambda _reader, event: _raise(event.body)
    Service.sweep = lambda _service: _raise("Zephyrine")


def proposing_quotes_the_patient():
    """The tables raise an error whose text is what was documented."""
    chart.propose = _raise


def charting_quotes_the_patient():
    """Where no error is expected, one whose text is what was read."""
    chart._chart_events = _raise  # noqa: SLF001


if __name__ == "__main__":
    globals()[sys.argv.pop(1)]()
    main()
