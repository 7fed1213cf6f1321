"""The report of a day on the command line."""

import json

from typer.testing import CliRunner

from service.__main__ import app
from service.domain.event import Arrival, Format
from service.pipeline.chart import chart
from service.wiring.database import current_database
from service.wiring.given_settings import read_settings
from tests.integration.pipeline.conftest import queue
from tests.programs import REPOSITORY
from tests.shipped import shipped_reader


def run(*arguments):
    done = CliRunner().invoke(app, ["reconcile", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_day_is_reported_as_words_json_and_csv(tmp_path):
    database = current_database(read_settings(data=tmp_path))
    (sample,) = (REPOSITORY / "docs" / "samples" / "hl7v2").glob("01*")
    with database.transaction() as store:
        arrival = Arrival(Format.HL7V2, "A|B", "main", "ORU^R01", "C1", sample.read_bytes(), b"ACK")
        store.events.receive([arrival])
    chart(database, shipped_reader(), batch=10, lease=60)
    (line,) = queue(database)
    database.close()
    of_day = ("--date", line.service_date, "--data", str(tmp_path))
    words = run(*of_day)
    assert f"{line.service_date}  1 procedures, 0 charged, 0 rejected, 0 orders" in words
    assert "lag       nothing of this day was charged yet" in words
    assert f"uncharged     {line.code or '-':<8} candidate {line.id}" in words
    report = json.loads(run(*of_day, "--json"))
    assert report["counts"] == {"uncharged": 1, "undocumented": 0, "unanswered": 0, "twice": 0, "late": 0}
    assert run(*of_day, "--csv").splitlines()[1].split(",")[3] == line.id
    assert "0 procedures" in run("--data", str(tmp_path)), "yesterday, when no day is said"
