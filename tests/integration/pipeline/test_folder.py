"""A watched folder: nothing half-written is taken, nothing is lost, nothing is taken twice."""

import threading
from pathlib import Path

import pytest

from service.domain.errors import SetupError, TryAgainLater
from service.pipeline.folder import Takes, WatchedFolder

ACK = b"MSH|^~\\&|CC||||20260301||ACK|1|P|2.5.1\rMSA|%s|1\r"


class Died(BaseException):
    """What ends a process: nothing catches it."""


class Taker:
    """Takes what is handed to it, and remembers."""

    def __init__(self):
        self.taken = []
        self.code = b"AA"
        self.error = None

    def take(self, body):
        if self.error:
            raise self.error
        self.taken.append(body)
        return ACK % self.code if self.code else b""

    def refuse(self, body):  # noqa: ARG002
        return ACK % b"AR"


@pytest.fixture
def taker():
    """A service that takes everything."""
    return Taker()


@pytest.fixture
def watcher(tmp_path, taker, clock):
    """Make watchers of one folder."""

    def make(settle=0.0):
        takes = Takes(taker.take, taker.refuse, largest=100)
        return WatchedFolder(tmp_path, takes, settle=settle, clock=clock)

    return make


def files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_an_accepted_file_is_done_with_its_ack_beside_it(tmp_path, watcher, taker):
    (tmp_path / "a.hl7").write_bytes(b"MSH|1")
    assert watcher().look() == {"done": 1}
    assert taker.taken == [b"MSH|1"]
    assert files(tmp_path) == {"done/a.hl7": b"MSH|1", "done/a.hl7.ack": ACK % b"AA"}


@pytest.mark.parametrize(
    ("code", "where"), [(b"AE", "failed"), (b"CR", "failed"), (b"CA", "done"), (b"", "done")]
)
def test_where_a_file_goes_is_said_by_its_answer(tmp_path, watcher, taker, code, where):
    taker.code = code
    (tmp_path / "a.hl7").write_bytes(b"MSH|1")
    assert watcher().look() == {where: 1}


def test_one_bad_message_of_several_fails_the_file(tmp_path, watcher, taker):
    taker.take = lambda _body: ACK % b"AA" + ACK % b"AE"
    (tmp_path / "a.hl7").write_bytes(b"MSH|1")
    assert watcher().look() == {"failed": 1}


def test_a_file_that_grows_waits_until_it_has_settled(tmp_path, watcher, taker, clock):
    path, watching = tmp_path / "a.hl7", watcher(settle=2)
    path.write_bytes(b"MSH|")
    watching.look()
    clock.now += 1.9
    path.write_bytes(b"MSH|1")
    watching.look()
    clock.now += 1.9
    assert not watching.look()
    clock.now += 0.1
    assert watching.look() == {"done": 1}
    assert taker.taken == [b"MSH|1"]


@pytest.mark.parametrize("name", ["a.hl7.tmp", "a.PART", ".a.hl7", "a.filepart"])
def test_what_is_named_as_half_written_waits_until_it_is_renamed(tmp_path, watcher, name):
    (tmp_path / name).write_bytes(b"MSH|1")
    watching = watcher()
    assert not watching.look()
    (tmp_path / name).rename(tmp_path / "a.hl7")
    assert watching.look() == {"done": 1}


def test_a_file_that_changes_while_it_is_read_goes_back(tmp_path, watcher, taker, monkeypatch):
    (tmp_path / "a.hl7").write_bytes(b"MSH|")
    grown = iter([True])
    monkeypatch.setattr("service.pipeline.folder._changed", lambda *_: next(grown, False))
    watching = watcher()
    assert not watching.look()
    assert (taker.taken, list(files(tmp_path))) == ([], ["a.hl7"])
    assert watching.look() == {"done": 1}


def test_what_cannot_be_stored_now_stays_and_is_taken_later(tmp_path, watcher, taker):
    (tmp_path / "a.hl7").write_bytes(b"MSH|1")
    taker.error = TryAgainLater()
    watching = watcher()
    with pytest.raises(TryAgainLater):
        watching.look()
    taker.error = None
    assert watching.look() == {"done": 1}
    assert sorted(files(tmp_path)) == ["done/a.hl7", "done/a.hl7.ack"]


@pytest.mark.parametrize("at", ["before it is stored", "after it is stored", "after its ACK is written"])
def test_a_file_in_the_hands_of_a_watcher_that_died_is_taken_up_by_another(
    tmp_path, watcher, taker, monkeypatch, at
):
    def die(*_args):
        raise Died

    (tmp_path / "a.hl7").write_bytes(b"MSH|1")
    first = watcher()
    with monkeypatch.context() as dying:
        if at == "before it is stored":
            dying.setattr(taker, "take", die)
            first = watcher()
        elif at == "after it is stored":
            dying.setattr(WatchedFolder, "_put_away", die)
        else:
            dying.setattr("service.pipeline.folder.Path.rename", dies_at(2))
        with pytest.raises(Died):
            first.look()
    assert watcher().look() == {"done": 1}
    assert files(tmp_path) == {"done/a.hl7": b"MSH|1", "done/a.hl7.ack": ACK % b"AA"}


def dies_at(number):
    """A rename that works so many times, and then is the last thing that its process does."""
    renames = Path.rename
    left = iter(range(number))

    def rename(path, target):
        if next(left, None) is None:
            raise Died
        return renames(path, target)

    return rename


def test_two_files_of_one_name_are_both_kept(tmp_path, watcher):
    watching = watcher()
    for number in range(3):
        (tmp_path / "a.hl7").write_bytes(b"MSH|%d" % number)
        watching.look()
    kept = [body for name, body in files(tmp_path / "done").items() if not name.endswith(".ack")]
    assert sorted(kept) == [b"MSH|0", b"MSH|1", b"MSH|2"]
    assert len(files(tmp_path / "done")) == 6


def test_several_watchers_of_one_folder_take_each_file_once(tmp_path, watcher, taker):
    for number in range(100):
        (tmp_path / f"{number}.hl7").write_bytes(b"MSH|%d" % number)
    watchers = [watcher() for _ in range(4)]
    threads = [threading.Thread(target=each.look) for each in watchers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    watchers[0].look()
    assert sorted(taker.taken) == sorted(b"MSH|%d" % number for number in range(100))
    assert len(list((tmp_path / "done").glob("*.hl7"))) == 100


def test_a_file_that_is_too_long_is_refused_by_its_beginning(tmp_path, watcher, taker):
    (tmp_path / "a.hl7").write_bytes(b"MSH|" + b"x" * 100)
    assert watcher().look() == {"failed": 1}
    assert (taker.taken, (tmp_path / "failed" / "a.hl7.ack").read_bytes()) == ([], ACK % b"AR")


def test_a_folder_that_cannot_be_written_to_is_said_so(tmp_path, taker):
    (tmp_path / "work").write_bytes(b"")
    with pytest.raises(SetupError, match="cannot be watched"):
        WatchedFolder(tmp_path, Takes(taker.take, taker.refuse, 100), settle=0)
