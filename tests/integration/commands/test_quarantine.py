"""Quarantine from the command line: what it tells, and that a look at the words is audited."""

import base64
import json

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.domain.event import Arrival, Format
from tests.conftest import KEYRING_KEY

BODY = b"MSH|^~\\&|A|B|||20260301||ORU^R01|C1|P|7.7\rPID|1||P1||TESTPERSON\r"


@pytest.fixture
def aside(database_url, database, monkeypatch):
    """A message in quarantine, and one that is not."""
    monkeypatch.setenv("CHARGE_CAPTURE_DATABASE_URL", database_url)
    monkeypatch.setenv("CHARGE_CAPTURE_KEY", base64.b64encode(KEYRING_KEY).decode())
    told = (Format.HL7V2, "A|B", "main", "ORU^R01")
    with database.transaction() as store:
        ((identifier, _), _) = store.events.receive(
            [
                Arrival(
                    *told, "C\x1b1", BODY, b"ACK", "MSH-12: the version is none", taken_by="lab", peer="h:1"
                ),
                Arrival(*told, "C2", b"MSH|2", b"ACK", taken_by="lab"),
            ]
        )
    return identifier


def run(*arguments):
    return CliRunner().invoke(app, ["quarantine", *arguments], catch_exceptions=False)


def test_the_list_tells_why_without_a_word_of_the_message(aside):
    (line,) = run("list").output.splitlines()
    assert f"  {aside}  lab  ORU^R01  C 1  A|B  h:1  quarantined  MSH-12: the version is none" in line
    (told,) = map(
        json.loads, run("list", "--json", "--feed", "lab", "--reason", "VERSION").output.splitlines()
    )
    assert told["id"] == aside
    assert not run("list", "--feed", "-").output
    assert not run("list", "--since", "2999-01-01").output


def test_its_words_are_shown_to_who_asks_for_them_and_that_is_audited(aside, database):
    shown = run("show", aside).output
    assert "TESTPERSON" not in shown
    assert "what to do    Its sender's fault" in shown
    assert "PID|1||P1||TESTPERSON\n" in run("show", aside, "--words").output
    with database.look() as store:
        reads = [row["object_id"] for row in store.trail.page("*", limit=9) if row["action"] == "read"]
    assert reads == [aside]


def test_what_is_discarded_is_out_of_the_list_and_kept(aside):
    assert run("discard", aside, "--because", "sent again").output == "1 discarded\n"
    assert not run("list").output
    assert "discarded by  command line, 20" in run("show", aside).output
