"""Programs of ours as processes of their own, forked off one that has imported and read what they need."""

import multiprocessing
import os
import signal
import sys
import tempfile
import warnings
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
DEADLINE = 120.0  # finds what never comes: no measure of how soon it does
_IMPORTED = multiprocessing.get_context("forkserver")
_IMPORTED.set_forkserver_preload(["tests.imported"])


class Program:
    """A running program: `charge-capture`, `celery`, or a file of Python, and its arguments."""

    def __init__(self, words, environment, *, out, err):
        ends = [Connection(os.dup(file.fileno()), readable=False) for file in (out, err)]
        given = {**os.environ, **environment}
        self._process = _IMPORTED.Process(target=_run, args=([str(word) for word in words], given, *ends))
        self._process.start()
        for end in ends:
            end.close()

    def poll(self):
        """The exit code, if it has ended; killed by a signal it is the signal's number, negative."""
        return self._process.exitcode

    def wait(self, seconds=DEADLINE):
        """Wait for the end; gives the exit code."""
        self._process.join(seconds)
        if self._process.exitcode is None:
            self.kill()
            raise AssertionError(f"still running after {seconds} s")
        return self._process.exitcode

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self._process.pid, number)

    def kill(self):
        self.send_signal(signal.SIGKILL)


def _run(words, environment, out, err):
    for end, number in ((out, 1), (err, 2)):
        os.dup2(end.fileno(), number)
        end.close()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(REPOSITORY)
    warnings.simplefilter(environment.get("PYTHONWARNINGS", "default"))  # Python reads it when it starts
    sys.argv = words
    sys.modules["tests.imported"].run(words[0])


@dataclass(frozen=True)
class Ended:
    """What a program left."""

    code: int
    out: str
    err: str


def ran(*words, environment=None, out=None):
    """Run a program to its end; its standard output may be an open file."""
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complaint:
        code = Program(words, environment or {}, out=out or said, err=complaint).wait()
        for file in (said, complaint):
            file.seek(0)
        return Ended(code, said.read(), complaint.read())
