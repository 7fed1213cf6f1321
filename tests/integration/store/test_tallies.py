"""What each feed brought and what became of it, counted in the transaction in which it happens."""

import threading
from types import SimpleNamespace

import pytest

from service.domain.errors import TryAgainLater
from service.domain.event import Arrival, Format
from service.store.ledger import draw_up
from service.store.tallies import Tally

HOUR = 3600.0


def arrival(number, feed="lab", **more):
    values = {"facility": "main", "message_type": "ORU^R01", "answer": b"ACK", "taken_by": feed, **more}
    body = f"MSH|{number}".encode()
    return Arrival(Format.HL7V2, "A|B", control_id=f"C{number}", body=body, **values)


def receive(database, *arrivals):
    with database.transaction() as store:
        return [identifier for identifier, _ in store.events.receive(arrivals)]


def standing(database, facility="*"):
    with database.look() as store:
        return store.tallies.of_all_time(facility)


def test_what_comes_is_counted_by_feed_and_facility(database, clock):
    receive(database, arrival(1), arrival(1), arrival(2, "ehr"))
    receive(database, arrival(3, quarantine="bad", refused=True), arrival(4, facility="east"))
    assert standing(database) == {
        "lab": Tally(received=4, duplicates=1, refused=1, waiting=2, quarantined=1, last_at=clock.now),
        "ehr": Tally(received=1, waiting=1, last_at=clock.now),
    }
    assert standing(database, "east")["lab"].received == 1


def test_what_becomes_of_a_message_is_counted_once(database):
    charted, nothing, aside, waiting = receive(database, *map(arrival, range(4)))
    for _ in range(2):  # two workers may end the same message
        with database.transaction() as store:
            store.events.finish({charted: "charted", nothing: "no_charge"})
            store.events.quarantine(aside, "main", "bad")
    tally = standing(database)["lab"]
    assert (tally.waiting, tally.charted, tally.no_charge, tally.quarantined) == (1, 1, 1, 1)
    with database.transaction() as store:
        for again in (aside, waiting):
            store.replays.replay(again, "main", message_type="ORU^R01", by="olga")
        store.links.reopen({charted})
    tally = standing(database)["lab"]
    assert (tally.waiting, tally.charted, tally.no_charge, tally.quarantined) == (3, 0, 1, 0)


def test_what_is_rolled_back_was_not_counted(database):
    def fail():
        with database.transaction() as store:
            store.events.receive([arrival(1)])
            raise TryAgainLater

    with pytest.raises(TryAgainLater):
        fail()
    assert standing(database) == {}


def test_the_last_hours_forget_what_came_before_them(database, clock):
    receive(database, arrival(1))
    first = clock.now
    clock.now += 3 * HOUR
    receive(database, arrival(2))
    with database.look() as store:
        assert store.tallies.of_last(1, "*")["lab"].received == 1
        assert store.tallies.of_last(4, "*")["lab"].received == 2
        hours = store.tallies.by_hour("lab", "*", hours=24)
    assert [(hour, tally.received) for hour, tally in hours] == [
        (clock.now // HOUR * HOUR, 1),
        (first // HOUR * HOUR, 1),
    ]
    assert standing(database)["lab"].last_at == clock.now


def test_the_oldest_that_waits_is_that_of_each_feed(database, clock):
    (read, _) = receive(database, arrival(1), arrival(2, "ehr"))
    ehr_since = clock.now
    clock.now += 60
    receive(database, arrival(3))
    with database.transaction() as store:
        store.events.finish({read: "no_charge"})
    with database.look() as store:
        assert store.tallies.oldest_waiting("*") == {"lab": clock.now, "ehr": ehr_since}
        assert store.tallies.oldest_waiting("east") == {}


def test_the_rows_of_several_feeds_are_taken_in_one_order(database, monkeypatch):
    written = []
    add = SimpleNamespace(run=lambda _connection, rows: written.append([row["feed_"] for row in rows]))
    monkeypatch.setattr("service.store.tallies._ADD", add)
    for number, feeds in enumerate(("abc", "cab")):
        receive(database, *(arrival(f"{number}{feed}", feed) for feed in feeds))
    assert written == [["a", "b", "c"]] * 2


def test_writers_at_the_same_time_lose_no_count(database, keyring):
    def write(order):
        for turn in range(20):
            receive(database, *(arrival(f"{order}{turn}{feed}", feed) for feed in order))

    writers = [threading.Thread(target=write, args=(order,)) for order in ("abc", "cba")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {feed: tally.received for feed, tally in standing(database).items()} == dict.fromkeys("abc", 40)
    with database.connection() as connection:
        assert draw_up(connection, keyring).whole
