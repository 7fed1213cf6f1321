"""Numbered messages (MSH-13) at the door: told what was expected, noted out of sequence, and never lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from service.domain.event import Format
from service.domain.feed import Feed
from service.hl7 import Message, split_messages
from service.mllp import Origin
from service.pipeline.feeds import links_of, standings
from service.pipeline.receive import Door, sources
from service.pipeline.senders import strict
from service.store.tables import audit

LAB = Feed("lab", Format.HL7V2, ("ORU^R01",), "OBR", match={"MSH-3": "LAB"})
STRICT = Feed(
    "strict",
    Format.HL7V2,
    ("ORU^R01",),
    "OBR",
    match={"MSH-3": "STRICT"},
    out_of_sequence="refused",
    facility="north",
)
FEEDS = (LAB, STRICT)


def numbered(number, control_id=None, sender="LAB", **more):
    accept = more.pop("accept", "")
    text = more.pop("text", "one")
    assert not more
    fields = (
        f"{sender}|NORTH|CC|HUB|20260301||ORU^R01|{control_id or f'C{number}'}|P|2.5.1|{number}||{accept}"
    )
    return f"MSH|^~\\&|{fields}\rPID|1||{text}\r".encode()


@pytest.fixture
def door(database):
    return Door(database, "main", sources(FEEDS, "main"), lambda _queue: None, is_strict=strict(FEEDS))


def say(door, *bodies):
    """(MSA-1, MSA-4) of the answers to one group of frames."""
    answers = [
        Message.parse(each.decode()) for each in door.receive_frames([(b, Origin("h:1")) for b in bodies])
    ]
    return [(each.get("MSA-1"), each.get("MSA-4")) for each in answers]


def stand(door, feed="lab", facility="*"):
    with door.database.look() as store:
        (found,) = [each for each in standings(store, FEEDS, facility) if each.name == feed]
        (link,) = links_of(store, FEEDS, found.feed, facility) or [None]
    return found.ever, link


def test_gaps_and_what_fills_them_are_answered_counted_and_seen(door):
    assert say(door, numbered(4), numbered(7)) == [("AA", "4"), ("AA", "5")]
    assert say(door, numbered(5)) == [("AA", "5")]
    tally, (link, progress) = stand(door)
    assert (tally.received, tally.waiting, tally.out_of_sequence) == (3, 3, 2)
    assert (link, progress.last, str(progress)) == ("LAB|NORTH|CC|HUB", 7, "6")
    with door.database.look() as store:
        assert [each.sequencing for each in store.arrivals.after(0, feed="lab", limit=9)] == [
            "",
            "gap",
            "late",
        ]


def test_the_same_bytes_are_the_same_message_and_count_no_number(door):
    assert say(door, numbered(4), numbered(4), numbered(5)) == [("AA", "4"), ("AA", "4"), ("AA", "5")]
    assert say(door, numbered(4), numbered(6)) == [("AA", "4"), ("AA", "6")]
    tally, _ = stand(door)
    assert (tally.duplicates, tally.out_of_sequence) == (2, 0)


def test_other_bytes_under_a_number_and_a_control_id_are_taken_and_told_of(door):
    say(door, numbered(4), numbered(5))
    assert say(door, numbered(5, text="two")) == [("AA", "6")]
    tally, _ = stand(door)
    assert (tally.waiting, tally.reused, tally.out_of_sequence) == (3, 1, 1)


def test_what_is_refused_takes_no_number(door):
    unread = numbered(5).replace(b"|2.5.1|", b"|7|")
    assert say(door, numbered(4), unread, numbered(5)) == [("AA", "4"), ("AR", ""), ("AA", "5")]


def test_links_are_counted_apart(door):
    other = numbered(9, sender="LAB2")
    assert say(door, numbered(4), other, numbered(5)) == [("AA", "4"), ("AA", "9"), ("AA", "5")]


def test_each_message_of_a_batch_has_its_number(door):
    batch = b"BHS|^~\\&|LAB\r" + numbered(4) + numbered(6) + b"BTS|2\r"
    (answer,) = door.receive_frames([(batch, Origin("h:1"))])
    assert [Message.parse(each.decode()).get("MSA-4") for each in split_messages(answer)] == ["4", "5"]


def test_a_strict_link_refuses_until_the_expected_number_comes(door):
    first, later, missing = (numbered(n, sender="STRICT") for n in (4, 6, 5))
    assert say(door, first, later, later) == [("AA", "4"), ("AR", "5"), ("AR", "5")]
    tally, (_, progress) = stand(door, "strict")
    assert (tally.waiting, tally.quarantined, tally.duplicates, progress.last) == (1, 1, 1, 4)
    assert say(door, missing, later) == [("AA", "5"), ("AA", "6")]
    assert say(door, later, numbered(7, sender="STRICT", accept="AL")) == [("AA", "6"), ("CA", "7")]
    assert say(door, numbered(9, sender="STRICT", accept="AL")) == [("CE", "8")]


def test_what_is_refused_again_is_told_what_is_expected_by_now(door):
    first, missing, last = (numbered(n, sender="STRICT") for n in (4, 5, 7))
    assert say(door, first, last) == [("AA", "4"), ("AR", "5")]
    assert say(door, missing, last) == [("AA", "5"), ("AR", "6")]
    assert say(door, numbered(6, sender="STRICT"), last) == [("AA", "6"), ("AA", "7")]


def test_a_link_counts_its_messages_to_whichever_feed_and_facility_they_go(door):
    (first, last), booked = (numbered(n, sender="STRICT") for n in (1, 3)), numbered(2, sender="STRICT")
    assert say(door, first, booked.replace(b"ORU^R01", b"SIU^S12"), last) == [
        ("AA", "1"),
        ("AA", "2"),
        ("AA", "3"),
    ]
    anew = numbered(-1, "B1", sender="STRICT").replace(b"ORU^R01", b"^")
    assert say(door, anew, numbered(90, sender="STRICT")) == [("AA", "-1"), ("AA", "90")]
    assert stand(door, "strict", "north")[1][1].last == 90


def test_who_speaks_for_one_facility_counts_on_no_link_of_another(door):
    taken = [
        Message.parse(door.receive_hl7(numbered(n), facility=where).decode()).get("MSA-4")
        for n, where in ((4, "north"), (9, "south"), (5, "north"), (10, "south"))
    ]
    assert taken == ["4", "9", "5", "10"]
    assert [stand(door, "lab", where)[1][1].last for where in ("north", "south")] == [5, 10]


def test_an_acknowledgement_is_not_answered_whatever_its_number(door):
    verdict = numbered(9, sender="STRICT").replace(b"ORU^R01", b"ACK").replace(b"PID|1||", b"MSA|AA|")
    assert say(door, numbered(4, sender="STRICT")) == [("AA", "4")]
    assert door.receive_frames([(verdict, Origin("h:1"))]) == [b""]
    assert say(door, numbered(5, sender="STRICT")) == [("AA", "5")]
    with door.database.look() as store:
        assert [each.state for each in store.arrivals.after(0, feed=None, limit=9)] == ["received"] * 3


def test_a_link_is_started_and_set_back_by_0_and_minus_1(door):
    begin = numbered(0, "B1").replace(b"ORU^R01", b"^")
    assert say(door, begin, numbered(4), begin.replace(b"B1", b"B2")) == [
        ("AA", "-1"),
        ("AA", "4"),
        ("AA", "5"),
    ]
    say(door, numbered(7))
    assert say(door, numbered(-1, "B3"), numbered(90)) == [("AA", "-1"), ("AA", "90")]
    with door.database.look() as store:
        (noted,) = [each for each in store.transaction.connection.execute(select(audit)) if each.detail]
    assert (noted.actor, noted.action, noted.detail) == ("LAB|NORTH", "number anew", "never came: 5-6")


def test_of_messages_taken_at_the_same_moment_every_number_counts(door):
    say(door, numbered(1))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: say(door, numbered(number)), range(2, 42)))
    tally, (_, progress) = stand(door)
    assert (tally.waiting, progress.last, progress.missing) == (41, 41, ())
