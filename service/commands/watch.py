"""watch: a folder into which files of HL7 are put."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from service.commands.background import in_background
from service.commands.options import Data
from service.domain.errors import SetupError
from service.pipeline.folder import Takes, WatchedFolder, watch
from service.settings import ENVIRONMENT
from service.wiring.given_settings import read_settings
from service.wiring.opening import open_service
from service.wiring.service import Service

_LOOK_SECONDS = 0.5


def watch_folder(
    folder: Annotated[Path, typer.Argument(help="Where files are put", exists=True, file_okay=False)],
    *,
    feed: Annotated[str, typer.Option(help="Read all of them by this feed")] = "",
    settle: Annotated[
        float,
        typer.Option(help="Seconds a file must not have changed; 0 = files are renamed in whole", min=0),
    ] = 2.0,
    once: Annotated[bool, typer.Option("--once", help="Take what is there, and end")] = False,
    data: Data = None,
) -> None:
    """Take HL7 files from a folder, as if they came over MLLP; Ctrl-C ends it.

    Each goes to done/ or failed/, with its acknowledgement beside it (FILE.ack). Several may watch a folder.
    """
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    service = open_service(read_settings(data=data))
    try:
        watched = watched_by(service, folder, feed, settle)
        typer.echo(f"watching {folder}; Ctrl-C stops")
        for outcomes in watch(watched, stopped.wait, _LOOK_SECONDS):
            if outcomes:
                # No names: those of files may be patients'.
                typer.echo(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())))
            if once and watched.is_idle:
                break
    finally:
        service.close()


def watched_by(service: Service, folder: Path, feed: str = "", settle: float = 2.0) -> WatchedFolder:
    """The folder, with a service that takes what it holds. SetupError when the feed is none."""
    named = [each for each in service.mappings.feeds if each.name == feed]
    if feed and not named:
        known = ", ".join(each.name for each in service.mappings.feeds)
        raise SetupError(f"there is no feed {feed}: {known}")

    def take(body: bytes) -> bytes:
        return service.door.receive_hl7(body, feed=named[0] if named else None)

    def refuse(body: bytes) -> bytes:
        return service.door.refuse_frame(body[:_HEAD], "too long")

    return WatchedFolder(folder, Takes(take, refuse, service.settings.frame_limit), settle=settle)


_HEAD = 4096  # bytes that are kept of a file that is too long


@contextmanager
def watching(service: Service, folder: Path | None) -> Iterator[None]:
    """Watch in a thread of the process that serves; None = no folder is watched."""
    if folder is None:
        yield
        return
    if not folder.is_dir():
        raise SetupError(f"--watch or {ENVIRONMENT}WATCH: there is no folder {folder}")
    watched = watched_by(service, folder)

    def run(stopped: threading.Event) -> None:
        for _ in watch(watched, stopped.wait, _LOOK_SECONDS):
            pass

    with in_background("watcher", run):
        yield
