"""Processes of the service and of its rivals: started, read, weighed and stopped."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

REPOSITORY = Path(__file__).resolve().parents[1]
SERVICE = ("-m", "service")
FREE_PORT = "127.0.0.1:0"
_PATIENCE = 60.0


@dataclass(frozen=True)
class Process:
    """A program under way, and the file it prints to."""

    process: subprocess.Popen[bytes]
    output: Path

    def printed(self, pattern: str) -> str:
        """Wait until it prints the pattern; gives its last group."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            found = re.search(pattern, self.output.read_text())
            if found:
                return found[found.re.groups]
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError(f"it never printed {pattern}:\n{self.output.read_text()}")

    def megabytes(self) -> float:
        """Resident memory, with that of its children."""
        main = psutil.Process(self.process.pid)
        family = (main, *main.children(recursive=True))
        return sum(int(process.memory_info().rss) for process in family) / 1e6

    def stop(self) -> None:
        """Ctrl-C; and kill what does not stop."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def started(
    folder: Path, arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> Iterator[Process]:
    """A Python program for as long as the block runs."""
    output = folder / f"output-{time.time_ns()}"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=REPOSITORY,
            env={**os.environ, **(environment or {})},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    running = Process(process, output)
    try:
        yield running
    finally:
        running.stop()


def ended(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Run a Python program to its end; gives what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout
