"""Coverage flags beside a line: shown, and no obstacle."""

import json
import shutil

import pytest

from service.mapping import load
from service.wiring.given_settings import read_settings
from service.wiring.opening import open_service
from tests.integration.api.conftest import Api
from tests.integration.api.test_edits import dft
from tests.programs import REPOSITORY
from tests.service_process import command

POLICY = """\
format: coverage/1
title: Injections
owner: pain coding
source: read 2026-02-01
effective: {from: 2026-01-01}
codes: ["99991"]
diagnoses: ["G89*"]
frequency: {most: 1, days: 365}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The shipped mappings, and a policy of the site."""
    copied = shutil.copytree(REPOSITORY / "mappings", tmp_path_factory.mktemp("site") / "mappings")
    (copied / "coverage").mkdir()
    (copied / "coverage" / "injections.yaml").write_text(POLICY)
    return copied


@pytest.fixture(scope="module")
def with_policy(folder):
    return load(folder)


@pytest.fixture
def api(deployment, with_policy):
    service = open_service(read_settings(**deployment), with_policy)
    yield Api(service)
    service.close()


def on(day, message):
    """The message, of another day of service."""
    return message.replace(b"20260313|20260313|CG", b"%s|%s|CG" % (day, day))


def sent(api, message):
    assert api.send_hl7(message).status_code == 200
    api.drain()
    return api.lines()[-1]


def kinds(api, line):
    return [flag["kind"] for flag in api.ask("GET", f"/v1/candidates/{line['id']}").json()["coverage"]]


def test_a_diagnosis_and_too_many_days_are_flagged_and_stop_nobody(api):
    first = sent(api, dft("M1", 1, "99991"))
    assert kinds(api, first) == ["diagnosis"]
    assert api.decide(first, "approve", {"edits_seen": []}).status_code == 200
    second = sent(api, on(b"20260401", dft("M2", 2, "99991")))
    assert kinds(api, second) == ["diagnosis", "frequency"]
    other = sent(api, on(b"20260402", dft("M3", 3, "99991", patient="OTHER")))
    assert kinds(api, other) == ["diagnosis"], "somebody else's services are not counted"
    assert api.decide(second, "approve", {"edits_seen": []}).status_code == 200


def test_what_is_only_proposed_is_not_counted(api):
    sent(api, dft("M1", 1, "99991"))
    assert kinds(api, sent(api, on(b"20260401", dft("M2", 2, "99991")))) == ["diagnosis"]


def test_a_dry_run_tells_what_the_documentation_tells(folder, tmp_path):
    file = tmp_path / "dft.hl7"
    file.write_bytes(dft("M1", 1, "99991"))
    code, said = command("propose", str(file), environment={"CHARGE_CAPTURE_MAPPINGS": str(folder)})
    (procedure,) = json.loads(said)["procedures"]
    assert (code, procedure["coverage"]) == (
        0,
        [
            {
                "code": "99991",
                "policy": "injections",
                "kind": "diagnosis",
                "why": "Injections: none of its diagnoses is on the list",
                "source": "read 2026-02-01",
            }
        ],
    )
