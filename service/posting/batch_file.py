"""Charges as one batch file a day, for a receiver that collects files.

A message is spooled, on disk, before its charge counts as posted. When its day is over, all messages of the
day appear as one whole file, `charges-YYYY-MM-DD.hl7`, which is never written again. What was spooled or sent
once is not spooled again: a message is known by its MSH-10.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from service.domain.answers import Patience
from service.domain.charge import Charge, Parcel, Receipt
from service.domain.errors import PostingRepeatable, PostingUnavailable
from service.domain.layout import Layout
from service.hl7 import build_batch, build_message, validate_message
from service.posting.breaker import Breaker

_log = structlog.get_logger()
_SPOOL, _SENT = ".spool", ".sent"
_ONLY_US = 0o700


def _utc_now() -> datetime:
    return datetime.now(UTC)


class BatchFile:
    """A folder; days are those of the facility."""

    connections = 1

    def __init__(
        self,
        folder: Path,
        layout: Layout,
        patience: Patience,
        timezone: str,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.patience = patience
        self.breaker = Breaker(patience)
        self.per_visit = layout.per_visit
        self._folder = folder
        self._layout = layout
        self._zone = ZoneInfo(timezone)
        self._clock = clock

    def prepare(self, charges: Sequence[Charge], control_id: str, now: datetime) -> Parcel:
        """Build the message, and read it back with a second parser before it may leave."""
        body = build_message(charges, self._layout, control_id=control_id, now=now)
        validate_message(body, self._layout)
        return Parcel(control_id, body)

    def is_ours(self, body: bytes) -> bool:
        """Whether it is HL7."""
        return body.startswith(b"MSH")

    def send(self, parcel: Parcel) -> Receipt:
        """Spool the message for the day's file; what is there already is not written again."""
        name = f"{parcel.control_id}.hl7"
        try:
            with self._locked():
                self._close_days()
                there = [*self._folder.glob(f"{_SPOOL}/*/{name}"), *self._folder.glob(f"{_SENT}/*/{name}")]
                if there:
                    return Receipt(b"", f"it was in the batch of {there[0].parent.name} already")
                day = self._day()
                _write_whole(self._folder / _SPOOL / day, name, parcel.body)
        except OSError as error:
            failed = f"the folder of batch files cannot be written: {error.strerror}"
            if any(self._folder.glob(f"{_SPOOL}/*/{name}")):  # under its name: it leaves with the day
                raise PostingRepeatable(failed) from error
            raise PostingUnavailable(failed) from error
        return Receipt(b"", f"in the batch of {day}")

    def tend(self) -> None:
        """Make the files of days that are over."""
        try:
            if (self._folder / _SPOOL).is_dir():
                with self._locked():
                    self._close_days()
        except OSError as error:
            _log.error("batch file not made", error=error.strerror)

    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()

    def _day(self) -> str:
        """Today; or, where a clock went back over midnight, the first day that is not closed yet."""
        day = self._today()
        while self._is_closed(day.isoformat()):
            day += timedelta(days=1)
        return day.isoformat()

    def _is_closed(self, day: str) -> bool:
        """Whether the file of a day was made: its receiver may have taken it away since."""
        return self._file_of(day).exists() or (self._folder / _SENT / day).exists()

    def _file_of(self, day: str) -> Path:
        return self._folder / f"charges-{day}.hl7"

    def _close_days(self) -> None:
        for put_by in sorted((self._folder / _SENT).glob("????-??-??")):
            self._show(put_by.name)  # where it was killed in between
        today = self._today().isoformat()
        for spool in sorted((self._folder / _SPOOL).glob("????-??-??")):
            if spool.name < today:
                self._close(spool)

    def _close(self, spool: Path) -> None:
        """Write the file out of sight, put its messages by, then show it.

        In this order: a receiver takes the file away, and what could be made twice would be charged twice.
        """
        target = self._file_of(spool.name)
        if not target.exists():
            messages = [path.read_bytes() for path in sorted(spool.glob("*.hl7"))]
            body = build_batch(messages, self._layout, name=target.name, now=self._clock())
            _write_out_of_sight(self._folder, target.name, body)
        (self._folder / _SENT).mkdir(mode=_ONLY_US, exist_ok=True)
        spool.rename(self._folder / _SENT / spool.name)
        _sync(self._folder / _SENT)
        _sync(self._folder / _SPOOL)
        self._show(spool.name)

    def _show(self, day: str) -> None:
        target = self._file_of(day)
        written = _out_of_sight(self._folder, target.name)
        if written.exists():
            written.rename(target)
            _sync(self._folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time, however many post."""
        self._folder.mkdir(mode=_ONLY_US, parents=True, exist_ok=True)
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _write_whole(folder: Path, name: str, body: bytes) -> None:
    """A file that is there whole, and on disk, or not at all."""
    _write_out_of_sight(folder, name, body).rename(folder / name)
    _sync(folder)


def _out_of_sight(folder: Path, name: str) -> Path:
    return folder / f".{name}.part"


def _write_out_of_sight(folder: Path, name: str, body: bytes) -> Path:
    folder.mkdir(mode=_ONLY_US, parents=True, exist_ok=True)
    part = _out_of_sight(folder, name)
    with part.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    _sync(folder)
    return part


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
