"""How feeds stand: silent or not, behind or not, and whose they are."""

import pytest

from service.domain.errors import NotFound
from service.domain.event import Arrival, Format
from service.domain.feed import Feed
from service.pipeline.feeds import NO_FEED, standing, standings
from service.pipeline.receive import sources

HOUR = 3600.0


def a_feed(name, **more):
    return Feed(name, Format.HL7V2, ("ORU^R01",), "OBR", **more)


LAB = a_feed("lab", match={"MSH-3": "LAB"}, expect_every=4 * HOUR, facility="main")
ANY = a_feed("any")
FEEDS = (LAB, ANY)


@pytest.fixture
def come(database):
    """Receive a message as the door does."""
    source_of = sources(FEEDS, "main")

    def receive(number, sender="LAB|", message_type="ORU^R01"):
        source = source_of(Format.HL7V2, message_type, sender)
        told = {"taken_by": source.feed, "body": f"MSH|{number}".encode(), "answer": b"ACK"}
        arrival = Arrival(Format.HL7V2, sender, source.facility, message_type, f"C{number}", **told)
        with database.transaction() as store:
            ((identifier, _),) = store.events.receive([arrival])
        return identifier

    return receive


def stand(database, name, facility="*"):
    with database.look() as store:
        return standing(store, FEEDS, facility, name)


def test_a_message_counts_for_the_feed_that_takes_it(database, come):
    come(1)
    come(2, sender="OTHER|")
    come(3, message_type="ADT^A01")
    with database.look() as store:
        found = {each.name: each.ever.received for each in standings(store, FEEDS, "*")}
    assert found == {"any": 1, "lab": 1, NO_FEED: 1}


def test_a_feed_is_silent_once_it_is_overdue(database, come, clock):
    assert stand(database, "lab").is_silent  # it never sent anything
    come(1)
    clock.now += 4 * HOUR
    assert not stand(database, "lab").is_silent
    clock.now += 1
    assert stand(database, "lab").is_silent
    assert not stand(database, "any").is_silent  # nobody said how often it sends


def test_lag_is_that_of_the_oldest_message_which_nobody_read(database, come, clock):
    first = come(1)
    clock.now += 100
    come(2)
    clock.now += 5
    assert stand(database, "lab").lag == 105
    with database.transaction() as store:
        store.events.finish({first: "charted"})
    assert stand(database, "lab").lag == 5
    assert stand(database, "any").lag == 0


def test_a_feed_of_another_facility_is_not_shown(database, come):
    come(1)
    with database.look() as store:
        assert [each.name for each in standings(store, FEEDS, "east")] == ["any"]
    with pytest.raises(NotFound):
        stand(database, "lab", "east")


def test_what_a_feed_left_behind_is_shown_after_its_file_is_gone(database, come):
    come(1)
    with database.look() as store:
        (left,) = [each for each in standings(store, (ANY,), "*") if each.name == "lab"]
    assert (left.ever.received, left.feed) == (1, None)
