"""The demo: what README promises whoever tries the service for a minute, and in that order."""

import signal
import subprocess
import sys
from pathlib import Path

from service.hl7 import Message
from tests.flow.conftest import SAMPLES
from tests.service_process import start_embedded, stopping, wait_until


def control_id(document):
    return Message.parse(document).get("MSH-10")


def shown(running):
    """The lines of the worklist, from the top."""
    lines = running.ask("GET", "/v1/candidates").json["items"]
    return [running.ask("GET", f"/v1/candidates/{line['id']}").json for line in lines]


def test_the_samples_come_in_the_order_of_their_files_and_the_first_goes_to_billing(tmp_path):
    with stopping(start_embedded(tmp_path / "data", options=["--demo"])) as running:
        wait_until(lambda: running.sums()["messages"]["received"] == 0, "all samples read")
        lines = shown(running)
        sent = [control_id(path.read_text()) for path in sorted(SAMPLES.glob("hl7v2/*.hl7"))]
        came = [control_id(line["documents"][0]["text"]) for line in lines]
        assert came == [each for each in sent if each in came]

        first, third = lines[0], lines[2]
        assert third["code"] == ""
        asked = [question["element"] for question in third["questions"] if question["blocking"]]
        assert asked == ["imaging.modality"]

        assert running.decide(first, "approve").status == 200
        process = running.processes[0]
        assert first["code"] in process.printed(r"billing got +(\S+ .*)")


def test_the_installed_command_starts_by_itself_and_ends_when_told(tmp_path):
    """Other tests fork their programs off one that has imported everything: this one is as users start it."""
    program = Path(sys.executable).with_name("charge-capture")
    serve = [program, "serve", "--data", tmp_path, "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert any("ready;" in line for line in process.stdout)
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
        finally:
            process.kill()
