"""Demo: plays both neighbours of the service, a hospital that sends and a billing system that takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import typer

from service.commands.send import send_all
from service.commands.sink import Sink
from service.settings import host_and_port

_SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples" / "hl7v2"


@dataclass(frozen=True)
class Demo:
    """Where the played billing system listens; None = no demo is wanted."""

    address: str | None

    @classmethod
    @contextmanager
    def when(cls, *, wanted: bool) -> Iterator[Self]:
        """Play while the service runs."""
        if not wanted:
            yield cls(None)
            return
        with Sink(tell=lambda line: typer.echo(f"  billing got   {line}")) as sink:
            yield cls(f"127.0.0.1:{sink.port}")

    def send_samples(self, mllp: str) -> None:
        """Send every shipped sample, once each."""
        if self.address:
            host, port = host_and_port(mllp)
            outcomes = send_all(sorted(_SAMPLES.glob("*.hl7")), host, port)
            typer.echo(f"  demo          {outcomes['accepted']} sample messages sent")
