"""Replay: what was read before may be read again; nothing is lost by it, and nothing charged twice."""

import base64
import json

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.domain.event import Arrival, Format
from service.pipeline.chart import chart
from service.pipeline.receive import NOT_ON_THE_LIST, ONLY_ITS_BEGINNING
from service.pipeline.replay import Replaying, replay_chosen, replay_these
from service.store.ledger import draw_up
from service.store.quarantine import Which
from tests.conftest import KEYRING_KEY
from tests.integration.pipeline.conftest import GUIDED, approve, post_all, queue, report

ME = Replaying("olga")


def events(database, state):
    with database.look() as store:
        return [identifier for _, identifier in store.replays.chosen(Which(state=state), limit=50)]


def states(database):
    with database.look() as store:
        return store.tallies.of_all_time("*")[""]


def test_a_replay_of_what_is_charged_charges_nothing_twice(database, reader, take, coder, keyring):
    take(report(1, **GUIDED))
    (line,) = queue(database)
    approve(database, coder, line)
    post_all(database)
    (charted,) = events(database, "charted")
    assert replay_these(database, [charted, charted], "*", ME).again == 1
    chart(database, reader, batch=10, lease=60)
    assert (queue(database), events(database, "charted")) == ([], [charted])
    with database.connection() as connection:
        assert draw_up(connection, keyring).whole


def test_a_replay_of_an_open_line_leaves_one_line(database, reader, take):
    take(report(1, **GUIDED))
    before = queue(database)
    assert replay_chosen(database, Which(state="charted"), ME).again == 1
    chart(database, reader, batch=10, lease=60)
    assert [line.id for line in queue(database)] == [line.id for line in before]


@pytest.mark.parametrize("form", list(Format))
def test_who_was_not_let_in_is_not_let_in_by_a_replay(database, form):
    resource = {"resourceType": "Procedure", "id": "p1", "status": "completed"}
    body = json.dumps({**resource, "subject": {"reference": "Patient/1"}}).encode()
    told = {
        Format.HL7V2: (report(1, **GUIDED), f"MSH-3: {NOT_ON_THE_LIST}"),
        Format.FHIR: (body, "If-None-Exist: it exists"),
    }[form]
    with database.transaction() as store:
        arrival = Arrival(form, "ANY|HOSP", "main", "", "", told[0], b"NAK", told[1], refused=True)
        ((identifier, _),) = store.events.receive([arrival])
    assert replay_chosen(database, Which(), ME).again == 0
    with database.transaction() as store:
        store.quarantine.discard(identifier, "*", "not ours", by="olga")
    assert replay_these(database, [identifier], "*", ME).again == 0


def test_a_frame_that_never_came_whole_is_not_read_as_if_it_had(database):
    head = report(1, **GUIDED)[:200]
    arrival = Arrival(Format.HL7V2, "", "main", "", "", head, b"NAK", f"it broke off; {ONLY_ITS_BEGINNING}")
    with database.transaction() as store:
        store.events.receive([arrival])
    done = replay_chosen(database, Which(), ME)
    assert (done.again, list(done.left)) == (0, [arrival.quarantine])
    assert states(database).quarantined == 1


def test_many_are_replayed_some_at_a_time_and_those_that_stay_are_passed_over(database, monkeypatch):
    monkeypatch.setattr("service.pipeline.replay._AT_ONCE", 2)
    bodies = [report(number) if number % 2 else b"MSH|no message" for number in range(7)]
    with database.transaction() as store:
        for number, body in enumerate(bodies):
            told = (Format.HL7V2, "ANY|HOSP", "main", "ORU^R01", f"C{number}", body, b"ACK", "set aside")
            store.events.receive([Arrival(*told)])
    some = replay_chosen(database, Which(), Replaying("olga", dry_run=True, most=3))
    assert (some.looked_at, some.again) == (3, 1)
    done = replay_chosen(database, Which(), Replaying("olga", after=some.last))
    assert (done.again, done.left.total()) == (2, 2)
    assert (states(database).waiting, states(database).quarantined) == (2, 5)


@pytest.mark.parametrize("how", ["by id", "by reason"])
def test_the_command_says_what_it_did_and_what_stays(how, database_url, database, monkeypatch):
    monkeypatch.setenv("CHARGE_CAPTURE_DATABASE_URL", database_url)
    monkeypatch.setenv("CHARGE_CAPTURE_KEY", base64.b64encode(KEYRING_KEY).decode())
    arrival = Arrival(Format.HL7V2, "A|B", "main", "ORU^R01", "1", report(1), b"ACK", "the reader failed")
    bad = Arrival(Format.HL7V2, "A|B", "main", "ORU^R01", "2", b"MSH|none", b"ACK", "the reader failed")
    with database.transaction() as store:
        ((identifier, _), _) = store.events.receive([arrival, bad])
    chosen = [identifier] if how == "by id" else ["--reason", "READER", "--since", "2026-01-01"]
    dry = CliRunner().invoke(app, ["replay", *chosen, "--dry-run"])
    assert (dry.output.splitlines()[0], states(database).waiting) == ("1 messages would be read again", 0)
    done = CliRunner().invoke(app, ["replay", *chosen])
    assert (done.exit_code, states(database).waiting) == (0 if how == "by id" else 1, 1)
    assert ("1 stay: " in done.output) == (how == "by reason")
