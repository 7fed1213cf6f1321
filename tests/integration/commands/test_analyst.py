"""What a compliance analyst asks: why this code, why not that one, what a change alters, which rows idle."""

import base64
import json
import re
import shutil
from contextlib import closing

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.domain.errors import MappingError
from service.domain.event import Arrival, Format
from service.mapping.schema import schemas
from service.store import Keyring, open_database
from service.store.migrate import migrate
from service.store.tables import audit
from tests.conftest import KEYRING_KEY
from tests.mapping_cases import message
from tests.programs import REPOSITORY

ESI = {
    "service_date": "2026-03-02",
    "status": "completed",
    "intent": "therapeutic_injection",
    "target": "epidural",
    "approach": "interlaminar",
    "entry_levels": ["L4-L5"],
    "device": "needle",
    "substances.class": ["steroid"],
    "imaging.modality": "fluoroscopy",
}


def run(*words):
    return CliRunner().invoke(app, ["mappings", *map(str, words)], catch_exceptions=False)


@pytest.fixture
def case(tmp_path):
    """Writes a record of elements; gives its path."""

    def write(**own):
        elements = {name: value for name, value in {**ESI, **own}.items() if value is not None}
        path = tmp_path / "case.json"
        path.write_text(json.dumps({"id": "c1", "elements": elements}))
        return path

    return write


@pytest.fixture
def changed(tmp_path):
    """The shipped mappings, with one code less that a payer has otherwise."""
    folder = shutil.copytree(REPOSITORY / "mappings", tmp_path / "mappings")
    table = folder / "tables" / "wound-repair-simple.yaml"
    text = table.read_text()
    assert text.count('"12016": G0168, ') == 1
    table.write_text(text.replace('"12016": G0168, ', ""))
    return folder


def test_why_a_code_comes(case):
    said = run("explain", case()).output
    assert "guided = true: imaging.modality is fluoroscopy" in said
    assert "row 4 holds: 62323" in said


def test_why_none_comes_and_what_is_asked(case):
    said = run("explain", case(**{"imaging.modality": None})).output
    assert "guided is open (true or false): ask about imaging.modality" in said
    assert "possible rows: 3 (62322), 4 (62323)" in said


def test_a_gate_that_is_closed_says_where(case):
    assert "gate: intent is one of" in run("explain", case(intent="labor_analgesia")).output


def test_why_not_another_code_says_what_would_have_to_be_documented(case):
    said = run("explain", case(), "--why-not", "62322").output
    assert "row 3 needs guided = false; it is true (imaging.modality is fluoroscopy" in said
    assert "It would be documented by: imaging.modality is one of ultrasound, mri, none" in said
    assert "row 4" not in said


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        ({"route": "push"}, "96374: x was pushed: the initial service"),
        ({"route": "infusion", "start": "2026-03-02T09:00:00Z"}, "asks first about infusion.end"),
        ({"route": "push", "status": "planned"}, "gate: status is one of .* does not hold"),
        ({"route": "push", "service_date": "2016-12-31"}, "it is not in force on the day of service"),
        (
            {"route": "push", "encounter.setting": "professional", "encounter.pos": "22"},
            r"encounter.setting is professional .* and encounter.pos is 22 .*: nothing is charged for it",
        ),
    ],
)
def test_why_not_a_code_that_is_computed(case, own, reason):
    given = {name: own.pop(name) for name in ("route", "start") if name in own}
    infusion = [{"drug": "x", "category": "therapeutic", **given}]
    own = {"encounter.setting": "facility", **own}
    said = run("explain", case(infusion=infusion, **own), "--why-not", "96365").output
    assert "96365 is for therapeutic infusion initial" in said
    assert re.search(reason, said)


def test_why_not_before_a_code_came_into_force(case):
    said = run("explain", case(service_date="2016-12-31"), "--why-not", "62323").output
    assert "no row is in force on the day of service" in said


def test_a_code_that_no_table_knows(case):
    assert "no table knows 99999" in run("explain", case(), "--why-not", "99999").output


def test_a_message_can_be_explained():
    sample = next((REPOSITORY / "docs" / "samples" / "hl7v2").glob("02-*.hl7"))
    assert "row 4 holds: 62323" in run("explain", sample).output


def test_a_change_that_alters_no_answer_is_no_difference():
    done = run("diff", REPOSITORY / "mappings", REPOSITORY / "mappings")
    assert done.exit_code == 0
    assert done.output.splitlines()[-1].endswith(" the same")


@pytest.mark.parametrize(
    "command", ["explain {0}", "coverage {0}", "diff {1} {1} {0}", "diff {1} {1} --replay {0} {0}"]
)
def test_a_file_of_which_nothing_is_read_is_named(tmp_path, command):
    (tmp_path / "empty.hl7").write_text("nothing")
    done = run(*command.format(tmp_path / "empty.hl7", REPOSITORY / "mappings").split())
    assert "empty.hl7: no procedure is read out of it" in done.stderr


def test_a_change_of_a_code_must_be_accepted(case, changed):
    wound = {"length_cm": 15, "site": "cheek", "complexity": "simple", "closure": "tissue_adhesive"}
    replayed = case(
        target=None, approach=None, entry_levels=None, wound=[wound], **{"encounter.payer": "medicare"}
    )
    done = run("diff", REPOSITORY / "mappings", changed, "--replay", replayed)
    assert done.exit_code == 1
    assert "c1 1: another code: G0168 x1 -> 12016 x1" in done.output
    assert run("diff", REPOSITORY / "mappings", changed, "--replay", replayed, "--accept").exit_code == 0


def test_a_change_that_fails_a_test_is_compared_where_that_is_wanted(changed):
    table = changed / "tables" / "neuraxial-injection.yaml"
    text = table.read_text()
    assert text.count("units: {fixed: 1}") == 1
    table.write_text(text.replace("units: {fixed: 1}", "units: {fixed: 2}"))
    failed = run("diff", REPOSITORY / "mappings", changed, "--failing")
    assert failed.exit_code == 1
    assert "neuraxial-injection.yaml:" in failed.output
    assert "another code: 62323 x1 -> 62323 x2" in failed.output
    with pytest.raises(MappingError, match="test "):
        run("diff", REPOSITORY / "mappings", changed)


def test_rows_that_never_decide_are_named_with_their_line(case):
    said = run("coverage", case()).output
    (row,) = [line for line in said.splitlines() if "row 3 (62322)" in line]
    file, line = row.split(":")[:2]
    assert "62322" in (REPOSITORY / file.strip()).read_text().splitlines()[int(line) - 1]
    assert "row 4 (62323)" not in said


@pytest.fixture
def data(tmp_path):
    """Keeps one message as the service would, of one procedure; gives its folder."""

    def keep(sender, message_type, body):
        database = open_database(f"sqlite:///{tmp_path / 'charge-capture.db'}", Keyring({1: KEYRING_KEY}))
        (tmp_path / "key").write_text(f"1:{base64.b64encode(KEYRING_KEY).decode()}\n")
        migrate(database)
        with closing(database), database.transaction() as store:
            arrival = Arrival(Format.HL7V2, sender, "main", message_type, "1", body, b"ACK")
            ((event_id, _answer),) = store.events.receive([arrival])
            ids, _new = store.procedures.lock([("main", "p")])
            store.procedures.link([(procedure_id, event_id) for procedure_id in ids.values()])
        return tmp_path

    return keep


def readings(folder):
    """What of reading stored procedures the audit keeps."""
    database = open_database(f"sqlite:///{folder / 'charge-capture.db'}", Keyring({1: KEYRING_KEY}))
    with closing(database), database.connection() as connection:
        read = [row for row in connection.execute(audit.select()) if row.action == "read"]
    return [(row.object_id, row.count) for row in read]


def test_stored_procedures_count_too_and_reading_them_is_audited(data):
    sample = next((REPOSITORY / "docs" / "samples" / "hl7v2").glob("02-*.hl7"))
    folder = data("TRANSCRIBE|LAKESIDE", "MDM^T02", sample.read_bytes().replace(b"\n", b"\r"))
    said = run("coverage", "--stored", "--data", folder).output
    assert "row 4 (62323)" not in said
    assert "row 3 (62322)" in said
    assert readings(folder) == [("mappings coverage", 1)]


def test_codes_that_came_and_have_no_value_are_warned_of_from_files_and_from_the_database(data, tmp_path):
    body = message({"header": {"device": "NEEDL"}, "note": "Procedure."})
    folder = data("A|B", "ORU^R01", body)
    (tmp_path / "one.hl7").write_bytes(body)
    done = run("check", "--seen", tmp_path / "one.hl7", "--stored", "--data", folder)
    assert done.exit_code == 0
    assert "generic-oru.yaml:1: warning: device: the code 'NEEDL' came 2 times" in done.output
    assert "nearest: needle" in done.output
    assert readings(folder) == [("mappings check", 1)]


def test_a_message_that_no_feed_takes_is_told_of(tmp_path):
    (tmp_path / "other.hl7").write_bytes(rb"MSH|^~\&|A|B|C|D|20260302||SIU^S99|1|P|2.5.1" + b"\r")
    assert "no feed takes a message of type SIU^S99" in run("check", "--seen", tmp_path / "other.hl7").stderr


def test_the_schemas_for_editors_are_those_of_the_code():
    for name, schema in schemas().items():
        assert json.loads((REPOSITORY / "docs" / "schemas" / f"{name}.json").read_text()) == schema, (
            "write them anew: charge-capture mappings schema"
        )
