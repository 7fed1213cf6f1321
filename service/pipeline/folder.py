"""A watched folder: files of HL7 are claimed, admitted as over MLLP, and put away with their ACK beside them.

    DIR/            what comes in; names that begin with a dot, or end like those of half-written files, wait
    DIR/work/       claimed, and locked by the watcher that has it in hand
    DIR/done/       accepted; FILE.ack beside each
    DIR/failed/     refused; the ACK says why

A watcher may die at any moment: its locks go with it, and another takes its files up. What was stored already
is known by its control id, and gets the answer of then.
"""

import contextlib
import fcntl
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from service.domain.errors import InputError, SetupError, TryAgainLater
from service.domain.ids import new_id
from service.hl7 import read_ack, split_messages

_HALF_WRITTEN = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".ack")
_ACCEPTED = frozenset({"AA", "CA"})
_ID_ENDS = "~"  # between our id and the name that a file came under
_log = structlog.get_logger()


@dataclass(frozen=True)
class Takes:
    """What admits the content of a file."""

    take: Callable[[bytes], bytes]  # gives the answer, b"" = none; raises TryAgainLater
    refuse: Callable[[bytes], bytes]  # the beginning of a file that is too long
    largest: int  # bytes


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was at a look, and since when it is so."""

    shape: tuple[int, int, int]  # inode, size, time of change
    since: float


class WatchedFolder:
    """Looks at the folder whenever it is told to."""

    def __init__(
        self, folder: Path, takes: Takes, *, settle: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """A file is taken once it has not changed for `settle` seconds; 0 = files are renamed in whole."""
        self._folder, self._takes, self._settle, self._clock = folder, takes, settle, clock
        self._work, self._done, self._failed = (folder / name for name in ("work", "done", "failed"))
        self._seen: dict[str, _Seen] = {}
        try:
            for made in (self._work, self._done, self._failed):
                made.mkdir(exist_ok=True)
        except OSError as error:
            raise SetupError(f"the folder cannot be watched: {folder} ({error.strerror})") from None

    @property
    def is_idle(self) -> bool:
        """Whether the last look found nothing that is still to be taken."""
        return not self._seen

    def look(self) -> Counter[str]:
        """Take what is ready; gives how many files were done, and how many failed.

        TryAgainLater when the database cannot take a file now: it stays in work, for a later look.
        """
        outcomes: Counter[str] = Counter()
        for path in self._claimed():
            try:
                with self._locked(path) as held:
                    outcome = self._admit(path, held) if held is not None else ""
            except OSError as error:
                _log_trouble("file not read", error)  # its neighbours are
                continue
            if outcome:
                outcomes[outcome] += 1
        return outcomes

    def _claimed(self) -> Iterator[Path]:
        """What a watcher left behind, and then what is new."""
        yield from sorted(self._work.glob(f"*{_ID_ENDS}*"))
        for path in self._ready():
            claimed = self._work / f"{new_id()}{_ID_ENDS}{path.name}"
            with contextlib.suppress(FileNotFoundError):  # another watcher was first
                path.rename(claimed)
                yield claimed

    def _ready(self) -> list[Path]:
        now, seen = self._clock(), {}
        for path in self._folder.iterdir():
            if shape := _shape(path):
                before = self._seen.get(path.name)
                seen[path.name] = before if before and before.shape == shape else _Seen(shape, now)
        self._seen = seen
        ready = [name for name, each in seen.items() if now - each.since >= self._settle]
        return [self._folder / name for name in sorted(ready, key=lambda name: (seen[name].shape[2], name))]

    @contextmanager
    def _locked(self, path: Path) -> Iterator[int | None]:
        """The claimed file, open, with a lock that ends with this process; None = another has it in hand."""
        try:
            held = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            yield None
            return
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever had it before may have put it away between our looking and our lock.
            is_there = path.exists() and path.stat().st_ino == os.fstat(held).st_ino
            yield held if is_there else None
        except BlockingIOError:
            yield None
        finally:
            os.close(held)

    def _admit(self, path: Path, held: int) -> str:
        """Store what a file holds, and put it away; "" when it is still being written."""
        before = os.fstat(held)
        with os.fdopen(os.dup(held), "rb") as file:
            body = file.read(self._takes.largest + 1)
        if _changed(before, os.fstat(held)):
            path.rename(self._folder / path.name.partition(_ID_ENDS)[2])
            return ""
        answer = (self._takes.refuse if len(body) > self._takes.largest else self._takes.take)(body)
        outcome = "done" if _is_accepted(answer) else "failed"
        self._put_away(path, answer, self._done if outcome == "done" else self._failed)
        return outcome

    def _put_away(self, path: Path, answer: bytes, where: Path) -> None:
        """The ACK first: a file that is put away has it."""
        identifier, _, name = path.name.partition(_ID_ENDS)
        with _one_at_a_time(self._work / ".lock"):
            target = where / name
            if target.exists():
                target = where / f"{identifier}{_ID_ENDS}{name}"
            unfinished = where / f".{target.name}.ack"
            unfinished.write_bytes(answer)
            unfinished.rename(target.with_name(f"{target.name}.ack"))
            path.rename(target)


def watch(folder: WatchedFolder, wait: Callable[[float], bool], every: float) -> Iterator[Counter[str]]:
    """Look again and again, until `wait`, given the seconds between two looks, says that it is enough."""
    while True:
        try:
            yield folder.look()
        except TryAgainLater as error:
            _log.warning("file put off", reason=str(error))
        except OSError as error:
            _log_trouble("folder not read", error)
        if wait(every):
            return


def _log_trouble(what: str, error: OSError) -> None:
    # Not its text: the name of a file may be that of a patient.
    _log.error(what, error=type(error).__name__, reason=os.strerror(error.errno or 0))


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    """Two files of one name must not both find it free."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _shape(path: Path) -> tuple[int, int, int] | None:
    """By what a change of a file is known; None = it is not to be taken."""
    if path.name.startswith(".") or path.name.lower().endswith(_HALF_WRITTEN):
        return None
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns) if path.is_file() else None


def _changed(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)


def _is_accepted(answer: bytes) -> bool:
    """Whether every message of the file is; what asks for no answer gets none, and is."""
    try:
        return all(read_ack(ack).code in _ACCEPTED for ack in split_messages(answer)) if answer else True
    except InputError:
        return False
