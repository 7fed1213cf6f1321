"""Publishing mappings while the service runs, embedded and scaled out."""

import pytest

from tests.service_process import command, start_embedded, start_scaled_out, stopping, wait_until
from tests.shipped import copy_with_one_table


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped mappings."""
    return copy_with_one_table(tmp_path / "mappings")


@pytest.fixture(params=["embedded", "scaled out"])
def start(request, tmp_path, folder):
    """Start the service on that folder, in each way of running it."""
    given = {"CHARGE_CAPTURE_MAPPINGS": str(folder), "CHARGE_CAPTURE_SWEEP_SECONDS": "0.2"}
    if request.param == "embedded":
        return lambda: start_embedded(tmp_path / "data", **given)
    cluster = request.getfixturevalue("cluster_environment")
    return lambda: start_scaled_out({**cluster, **given})


def warnings(running):
    return [
        line for each in running.processes for line in each.lines if "mappings are not the published" in line
    ]


def test_a_changed_table_is_warned_of_and_published_while_the_service_runs(start, folder, sample):
    with stopping(start()) as running:
        assert command("mappings", "publish", environment=running.environment)[0] == 0
        running.send(sample("01"))
        assert running.wait_for_candidate()["code"] == "62327"
    for path in (folder / "tables").glob("*.yaml"):
        path.write_text(path.read_text().replace("62327", "99999"))

    with stopping(start()) as running:
        (warning,) = wait_until(lambda: warnings(running), "a warning")
        assert '"published"' in warning
        publish = ("mappings", "publish", "--by", "ana", "--re-evaluate")
        code, said = command(*publish, environment=running.environment)
        assert (code, said.splitlines()[0][:10]) == (0, "published ")
        wait_until(lambda: [line["code"] for line in running.candidates()] == ["99999"], "the new code")
        code, said = command("mappings", "publish", environment=running.environment)
        assert (code, said.count("\n")) == (2, 1)
        assert "already, by ana" in said
        assert command("audit", "verify", environment=running.environment)[0] == 0
