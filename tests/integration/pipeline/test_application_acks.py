"""The later acknowledgement of enhanced mode: owed with the message, sent when it was read, not forgotten."""

import re
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.domain.event import Format
from service.domain.feed import Feed
from service.hl7 import Message, read_ack
from service.jobs import ACKNOWLEDGE, CHART
from service.mllp import Limits, Origin
from service.wiring.given_settings import read_settings
from service.wiring.opening import begin, open_service
from tests.integration.mllp.conftest import RunningListener
from tests.shipped import shipped_mappings

MAPPINGS = shipped_mappings()
WARD = Feed("ward", Format.HL7V2, ("MDM^T02",), "TXA", match={"MSH-3": "WARD"})


def message(number, accept="AL", application="AL", application_name="WARD", segments="PID|1||P1\r"):
    fields = f"{application_name}|NORTH|CC|HUB|20260301||ORU^R01|{number}|P|2.5.1|||{accept}|{application}"
    return f"MSH|^~\\&|{fields}\r{segments}".encode()


class Sender:
    """The sender's own listener: takes acknowledgements, and answers them as it is told."""

    def __init__(self):
        self.taken = []
        self.code = "CA"
        self.running = RunningListener(self._receive, lambda _head, _problem, _peer: b"", Limits())
        self.address = f"127.0.0.1:{self.running.port}"

    def _receive(self, messages):
        return [self._answer(Message.parse(body.decode())) for body, _origin in messages]

    def _answer(self, ack):
        self.taken.append(ack)
        msa = f"MSA|{self.code}|{ack.get('MSH-10')}"
        return f"MSH|^~\\&|WARD||CC||20260301||ACK|{len(self.taken)}|P|2.5.1\r{msa}\r".encode()


@pytest.fixture
def sender():
    made = Sender()
    yield made
    made.running.close()


@pytest.fixture
def start(deployment):
    """Open the service, with or without an address for the acknowledgements: start(address)."""
    opened = []

    def open_it(address=""):
        feeds = (*MAPPINGS.feeds, replace(WARD, application_acks_to=address))
        opened.append(open_service(read_settings(**deployment), replace(MAPPINGS, feeds=feeds)))
        begin(opened[-1])
        return opened[-1]

    yield open_it
    for service in opened:
        service.close()


def receive(service, *bodies):
    return [
        read_ack(answer).code for answer in service.door.receive_frames([(b, Origin("h:1")) for b in bodies])
    ]


def work(service):
    for queue in (CHART, ACKNOWLEDGE):
        service.drain(queue)


def standing(service):
    with service.database.look() as store:
        return [(each.state, each.count, each.note) for each in store.application_acks.standing("*")]


def told(sender):
    return [(ack.get("MSA-1"), ack.get("MSA-2")) for ack in sender.taken]


def test_once_a_message_was_read_its_sender_is_told_in_a_message_of_ours(start, sender):
    service = start(sender.address)
    assert receive(service, message(1)) == ["CA"]
    service.drain(ACKNOWLEDGE)
    assert sender.taken == [], "it has not been read yet"
    work(service)
    (ack,) = sender.taken
    fields = ["MSH-3", "MSH-4", "MSH-5", "MSH-6", "MSH-9.1", "MSH-9.2", "MSH-12", "MSH-15", "MSH-16"]
    assert [ack.get(each) for each in fields] == [
        "CC", "HUB", "WARD", "NORTH", "ACK", "R01", "2.5.1", "AL", "NE",
    ]  # fmt: skip
    assert (ack.get("MSA-1"), ack.get("MSA-2"), ack.of("ERR")) == ("AA", "1", [])
    assert standing(service) == []
    receive(service, message(1))
    work(service)
    assert len(sender.taken) == 1, "a repeat is not told again"


def test_only_the_outcome_that_was_asked_about_is_told(start, sender):
    service = start(sender.address)
    bodies = [message(f"{n}", accept, application) for n, (accept, application) in enumerate(ASKED)]
    service.door.receive_frames([(body, Origin("h:1")) for body in bodies])
    with service.database.transaction() as store:
        ids = {event.control_id: event.id for event in store.events.claim(99, 0.0)}
        for unreadable in ("6", "7"):
            store.events.quarantine(ids[unreadable], "main", "it cannot be read")
    work(service)
    assert told(sender) == [("AA", "0"), ("AA", "1"), ("AE", "6")]
    (error,) = sender.taken[-1].of("ERR")
    assert (error.component(3, 1), error.component(8, 1)) == ("207", "it cannot be read")
    assert standing(service) == []


ASKED = [
    ("AL", "AL"),
    ("ER", "SU"),
    ("AL", "ER"),
    ("AL", "NE"),
    ("NE", "AL"),
    ("", ""),
    ("AL", "ER"),
    ("AL", "SU"),
]


def test_an_acknowledgement_that_nobody_takes_is_sent_again_under_the_same_id(start, sender, monkeypatch):
    service = start(sender.address)
    receive(service, message(1))
    sender.code = "XX"
    monkeypatch.setattr(sender, "_answer", lambda ack: sender.taken.append(ack) or b"no answer")
    work(service)
    assert standing(service) == [("owed", 1, "MSH: the message does not begin with an MSH segment")]
    monkeypatch.undo()
    sender.code = "CA"
    work(service)
    assert len(sender.taken) == 1, "not before its time"
    due_now(service)
    work(service)
    assert len({ack.get("MSH-10") for ack in sender.taken}) == 1
    assert told(sender) == [("AA", "1")] * 2
    assert standing(service) == []


def due_now(service):
    with service.database.transaction() as store:
        store.application_acks._connection.exec_driver_sql(  # noqa: SLF001 - as time would
            "UPDATE application_ack SET next_attempt_at = 0"
        )


def test_a_sender_that_refuses_it_is_shown(start, sender):
    service = start(sender.address)
    receive(service, message(1), message(2))
    sender.code = "CR"
    work(service)
    assert standing(service) == [("failed", 2, "answered CR")]


def test_a_sender_that_is_away_is_tried_again_and_given_up_at_last(start):
    service = start("127.0.0.1:1")
    receive(service, message(1), message(2))
    attempts = 0
    while any(state == "owed" for state, _count, _note in standing(service)):
        due_now(service)
        work(service)
        attempts += 1
    assert 10 < attempts < 40
    ((state, count, note),) = standing(service)
    assert (state, count) == ("failed", 2)
    assert "cannot connect to 127.0.0.1:1" in note


def test_what_no_feed_names_an_address_for_is_shown_and_sent_once_one_does(start, sender, tmp_path, capsys):
    service = start()
    receive(service, message(1), message(2, application_name="OTHER"))
    work(service)
    assert standing(service) == [("owed", 1, "")] * 2
    if not service.settings.database_url:
        shown = CliRunner().invoke(app, ["acks", "--data", str(tmp_path)])
        assert shown.exit_code == 1
        assert "1 owed to OTHER|NORTH: no feed says where to (application_acks_to), since 20" in shown.output
    capsys.readouterr()
    again = start(sender.address)
    assert re.search(r"nowhere to go: charge-capture acks\W+count=1\b", capsys.readouterr().out)
    work(again)
    assert told(sender) == [("AA", "1")]
    assert [state for state, _count, _note in standing(again)] == ["owed"]
