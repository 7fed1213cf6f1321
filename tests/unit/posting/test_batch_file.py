"""One file a day, whole, and never twice."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.answers import Patience
from service.domain.errors import PostingRepeatable, PostingUnavailable
from service.domain.layout import Layout
from service.hl7 import split_messages
from service.posting import batch_file
from service.posting.batch_file import BatchFile
from tests.unit.hl7.test_dft import CHARGE


class Clock:
    """Stands until it is moved; 23:30 in New York, the next day in UTC."""

    now = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def batch(tmp_path, clock):
    layout = Layout(("CC", "MAIN"), ("BILLING", "MAIN"))
    return BatchFile(tmp_path / "out", layout, Patience(), "America/New_York", clock)


@pytest.fixture
def files(tmp_path):
    """The files that the receiver sees."""
    return lambda: {path.name: path.read_bytes() for path in sorted((tmp_path / "out").glob("*.hl7"))}


def send(batch, number):
    parcel = batch.prepare([CHARGE], f"ID{number:018}", datetime(2026, 3, 2, tzinfo=UTC))
    return batch.send(parcel).note, parcel.body


def test_a_days_file_appears_whole_when_the_day_is_over_where_the_facility_is(batch, clock, files):
    notes, bodies = zip(*(send(batch, number) for number in (2, 1, 3)), strict=True)
    assert set(notes) == {"in the batch of 2026-03-02"}
    batch.tend()
    assert files() == {}, "its day is not over"
    clock.now += timedelta(hours=1)
    batch.tend()
    ((name, body),) = files().items()
    assert name == "charges-2026-03-02.hl7"
    lines = body.decode().split("\r")
    assert lines[0].startswith("FHS|^~\\&|CC|MAIN|BILLING|MAIN|20260303053000+0000||charges-2026-03-02.hl7|")
    assert lines[1].startswith("BHS|^~\\&|CC|MAIN|BILLING|MAIN|")
    assert lines[-3:] == ["BTS|3", "FTS|1", ""]
    assert split_messages(body) == [bodies[1], bodies[0], bodies[2]], "in order of their ids"
    batch.tend()
    assert files() == {name: body}


def test_what_was_spooled_or_sent_is_not_written_again(batch, clock, files):
    send(batch, 1)
    assert send(batch, 1)[0] == "it was in the batch of 2026-03-02 already"
    clock.now += timedelta(days=1)
    assert send(batch, 1)[0] == "it was in the batch of 2026-03-02 already"
    batch.tend()
    clock.now += timedelta(days=1)
    batch.tend()
    assert [body.count(b"MSH|") for body in files().values()] == [1]


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_killed_anywhere_while_a_day_is_closed_its_receiver_sees_it_once(
    batch, clock, tmp_path, monkeypatch, renames
):
    """The receiver takes away at once what it sees: what could be made twice would be charged twice."""
    send(batch, 1)
    clock.now += timedelta(days=1)
    seen = []

    def collect():
        for path in (tmp_path / "out").glob("*.hl7"):
            seen.append(path.read_bytes())
            path.unlink()

    with monkeypatch.context() as patch:
        patch.setattr(batch_file.Path, "rename", _killed_after(renames, collect))
        with suppress(KeyboardInterrupt):
            batch.tend()
    for _ in range(2):
        batch.tend()
        collect()
    assert [body.count(b"MSH|") for body in seen] == [1]
    assert send(batch, 1)[0] == "it was in the batch of 2026-03-02 already"


def _killed_after(count, collect):
    rename, left = batch_file.Path.rename, [count]

    def renamed(path, target):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        rename(path, target)
        collect()

    return renamed


def test_where_a_clock_goes_back_over_midnight_nothing_is_lost(batch, clock, files):
    send(batch, 1)
    clock.now += timedelta(days=1)
    batch.tend()
    clock.now -= timedelta(days=1)
    assert send(batch, 2)[0] == "in the batch of 2026-03-03"
    clock.now += timedelta(days=3)
    batch.tend()
    assert sorted(files()) == ["charges-2026-03-02.hl7", "charges-2026-03-03.hl7"]


def test_a_day_whose_file_was_taken_away_stays_closed(batch, clock, tmp_path):
    send(batch, 1)
    clock.now += timedelta(days=1)
    batch.tend()
    (tmp_path / "out" / "charges-2026-03-02.hl7").unlink()
    clock.now -= timedelta(days=1)
    assert send(batch, 2)[0] == "in the batch of 2026-03-03"


def test_a_folder_that_cannot_be_written_has_nothing(tmp_path, clock):
    (tmp_path / "out").write_text("a file")
    batch = BatchFile(tmp_path / "out", Layout(("A", "B"), ("C", "D")), Patience(), "UTC", clock)
    with pytest.raises(PostingUnavailable):
        send(batch, 1)
    batch.tend()


def test_only_the_owner_may_read_what_stands_there(batch, tmp_path, clock):
    send(batch, 1)
    clock.now += timedelta(days=1)
    batch.tend()
    assert (tmp_path / "out" / "charges-2026-03-02.hl7").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_a_message_that_is_spooled_is_not_said_to_be_absent_because_the_disk_did_not_confirm_it(
    batch, tmp_path, monkeypatch
):
    whole = batch_file._write_whole  # noqa: SLF001

    def unconfirmed(*what):
        whole(*what)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(batch_file, "_write_whole", unconfirmed)
    parcel = batch.prepare([CHARGE], "C1", datetime(2026, 3, 3, tzinfo=UTC))
    with pytest.raises(PostingRepeatable):
        batch.send(parcel)
    assert [path.name for path in tmp_path.glob("out/.spool/*/*")] == ["C1.hl7"], "it leaves with the day"
