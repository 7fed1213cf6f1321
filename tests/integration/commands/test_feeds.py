"""The commands of the interface analyst, as they are typed."""

import base64
import json
import shutil

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.commands.feed_list import span
from service.commands.feed_tail import Follower
from service.domain.event import Arrival, Format
from service.domain.sequence import Progress, Sequencing
from service.store import open_database
from tests.conftest import KEYRING_KEY
from tests.programs import REPOSITORY
from tests.service_process import Process, wait_until

NORTH = REPOSITORY / "mappings" / "feeds" / "north-anesthesia.yaml"
ACK = b"MSH|^~\\&|CC||||20260301||ACK|1|P|2.5.1\rMSA|AA|1\r"
REPORT = (
    "MSH|^~\\&|ANESREC|NORTH|||20260301||ORU^R01|{id}|P|2.5.1\rPID|1||P1^^^N^MR||TESTPERSON^T\r"
    "OBR|1||A-1|PROC|||20260301080000|||||||||||||||||||F\r"
    "OBX|1|CWE|SPC||EPI||||||F\rOBX|2|CWE|AGT||BUP~XYZ||||||F\r"
)


@pytest.fixture
def message(tmp_path):
    """A file with one message, of whose codes one is not translated."""
    path = tmp_path / "report.hl7"
    path.write_text(REPORT.format(id=1))
    return path


def base64_key():
    return base64.b64encode(KEYRING_KEY).decode()


def run(*arguments):
    return CliRunner().invoke(app, ["feeds", *map(str, arguments)], catch_exceptions=False)


def test_a_feed_is_tried_on_messages(message):
    done = run("test", NORTH, message)
    assert done.exit_code == 0
    assert "taken by north-anesthesia" in done.output
    assert "target = epidural   OBX[1]-5 (structured)" in done.output
    assert 'substances.class: "XYZ" at OBX[2]-5' in done.output
    last = done.output.split("\n\n")[1]
    assert last.startswith("north-anesthesia: takes 1 of 1 messages")
    assert "imaging.modality" in last.split("never found")[1].split("\n")[0]
    assert 'substances.class "XYZ", 1 times' in last


def test_a_new_feed_takes_what_a_general_one_took(message, tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text(NORTH.read_text().replace("MSH-3: ANESREC, ", "MSH-3: OTHER, "))
    told = [json.loads(line) for line in run("test", mine, message, "--json").output.splitlines()]
    assert (told[0]["feed"], told[-1]["summary"]["messages"]) == ("north-anesthesia", 0)
    mine.write_text(NORTH.read_text().replace("ORU^R01", "ORU^R03"))
    message.write_text(REPORT.format(id=1).replace("ORU^R01", "ORU^R03"))
    told = [json.loads(line) for line in run("test", mine, message, "--json").output.splitlines()]
    assert (told[0]["feed"], told[-1]["summary"]["messages"]) == ("mine", 1)


def test_a_wrong_feed_file_ends_with_one_and_its_line(message, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(NORTH.read_text().replace("  target:\n", "  targt:\n"))
    done = run("test", wrong, message)
    line = NORTH.read_text().split("\n").index("  target:") + 1
    assert done.exit_code == 1
    assert f"wrong.yaml:{line}: error: " in done.output
    assert "nearest: target" in done.output


@pytest.fixture
def data(tmp_path, migrated_sqlite, keyring):
    """A data folder, and its database."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(migrated_sqlite, folder / "charge-capture.db")
    database = open_database(f"sqlite:///{folder / 'charge-capture.db'}", keyring)
    yield folder, database
    database.close()


def receive(database, number, **more):
    given = {"taken_by": "north-anesthesia", **more}
    body = REPORT.format(id=number).encode()
    arrival = Arrival(Format.HL7V2, "ANESREC|NORTH", "main", "ORU^R01", f"C{number}", body, ACK, **given)
    with database.transaction() as store:
        ((identifier, _),) = store.events.receive([arrival])
    return identifier


def test_the_list_is_a_table_for_people_and_json_for_programs(data, monkeypatch):
    folder, database = data
    monkeypatch.setenv("CHARGE_CAPTURE_KEY", base64_key())
    receive(database, 1)
    receive(database, 2, quarantine="bad", refused=True)
    (line,) = [line for line in run("list", "--data", folder).output.splitlines() if "north" in line]
    assert "look: quarantine" in line
    assert line.split("ago")[1].split()[:2] == ["2", "1"]  # in 24 hours, and waiting
    assert line.split("ago")[1].split()[-2:] == ["1", "1"]  # refused, quarantined
    (line,) = [
        line for line in run("list", "--wide", "--data", folder).output.splitlines() if "north" in line
    ]
    counts = line.split("ago")[1].split()
    assert (counts[:7], counts[-5:]) == (["2", "2", "0", "1", "0", "0", "1"], ["0", "0", "1", "0", "-"])
    told = json.loads(run("list", "--data", folder, "--json").output)
    (north,) = [each for each in told if each["name"] == "north-anesthesia"]
    assert (north["ever"]["received"], north["ever"]["refused"], north["silent"]) == (2, 1, False)


def test_one_feed_is_shown_with_what_it_gets_wrong(data, monkeypatch):
    folder, database = data
    monkeypatch.setenv("CHARGE_CAPTURE_KEY", base64_key())
    receive(database, 1, quarantine="MSH-10: bad")
    with database.transaction() as store:
        store.sequences.lock([("main", "ANESREC|NORTH|CC|HUB")])
        store.sequences.advance({("main", "ANESREC|NORTH|CC|HUB"): Progress(7, ((5, 6),))})
        store.samples.claim("north-anesthesia", 1, 1)
        store.samples.record("north-anesthesia", {"PID_5 is missing in PID"}, "C1\x1b[2J")
    told = run("show", "north-anesthesia", "--data", folder).output
    assert "numbered            7  ANESREC|NORTH|CC|HUB, never came: 5-6\n" in told
    assert "in quarantine       1  MSH-10: bad" in told
    assert "breaks a rule       1  PID_5 is missing in PID (last in C1 [2J, " in told
    assert "1 of 1" in told


def test_what_is_odd_of_a_message_is_told_as_it_arrives(data):
    _, database = data
    follower = Follower(database, None, 0)
    receive(database, 1)
    receive(database, 2, sequencing=Sequencing.GAP)
    usual, gap = follower.look()
    assert ("MSH-13" in usual, gap.endswith("  MSH-13: gap")) == (False, True)


def test_what_arrives_is_told_once_and_once_more_when_it_is_read(data):
    _, database = data
    receive(database, 1)
    follower = Follower(database, None, 0)
    assert not list(follower.look())
    identifier = receive(database, 2)
    (line,) = follower.look()
    assert line.split()[1:7] == ["north-anesthesia", "ORU^R01", "C2", "ANESREC|NORTH", "AA", "received"]
    assert "TESTPERSON" not in line
    assert not list(follower.look())
    with database.transaction() as store:
        store.events.finish({identifier: "charted"})
    (line,) = follower.look()
    assert line.split()[3:7] == ["C2", "ANESREC|NORTH", "AA", "charted"]
    assert not list(follower.look())


def test_a_tail_of_one_feed_tells_of_no_other(data):
    _, database = data
    follower = Follower(database, "", 0)
    receive(database, 1)
    receive(database, 2, taken_by="")
    assert [line.split()[3] for line in follower.look()] == ["C2"]


def test_ctrl_c_ends_the_tail(data):
    folder, database = data
    receive(database, 1)
    tail = Process(
        ["charge-capture", "feeds", "tail", "--data", folder], {"CHARGE_CAPTURE_KEY": base64_key()}, "C1"
    )
    tail.wait_ready()
    assert tail.output.splitlines()[0].split()[-2:] == ["state", "lag"]
    receive(database, 2)
    wait_until(lambda: "C2" in tail.output, "the second message")
    assert tail.stop() == 0


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (59.9, "59 s"), (3599, "59 min"), (7200, "2 h"), (200_000, "2 d")]
)
def test_a_span_is_said_in_its_largest_unit(seconds, said):
    assert span(seconds) == said
