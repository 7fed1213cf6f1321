"""What is set wrong is said before anything starts: exit code 2, and one line that an operator can act on."""

import base64
import os
import re
import shutil
import socket
import subprocess
import sys

import pytest

from service.store.keyring import new_key_line
from tests.service_process import REPOSITORY, start_embedded, stopping


def refusal(tmp_path, *program, **environment):
    """The line on stderr with which a command refuses to start."""
    command = program or ("-m", "service", "serve", "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0")
    given = {"CHARGE_CAPTURE_DATA": str(tmp_path / "data"), **environment}
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=REPOSITORY,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 2, ended.stderr
    assert re.fullmatch(r"charge-capture: [^\n]+\n", ended.stderr), ended.stderr
    return ended.stderr


FEED, TABLE = "feeds/generic-oru.yaml", "tables/neuraxial-injection.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (FEED, "narratives:", "naratives:", r"oru\.yaml:\d+: .*'naratives'; nearest: narratives"),
        (FEED, "each: OBR", "each: OBR\neach: OBX", r"oru\.yaml:\d+: .*'each' is written twice"),
        (FEED, "certain: false", "certain: *no", r"oru\.yaml:\d+: alias \*no is not allowed"),
        (TABLE, "[epidural, ", "[epidual, ", r"injection\.yaml:\d+: .*nearest: epidural"),
    ],
    ids=["unknown key", "key twice", "alias", "unknown value"],
)
def test_a_wrong_mapping_is_named_with_file_line_and_nearest_name(tmp_path, file, old, new, said):
    folder = shutil.copytree(REPOSITORY / "mappings", tmp_path / "mappings")
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    assert re.search(said, refusal(tmp_path, CHARGE_CAPTURE_MAPPINGS=str(folder)))


KEY = base64.b64encode(bytes(range(32))).decode()
NOWHERE = "postgresql://u:not-shown@127.0.0.1:1/x"


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("LEASE", "soon", "CHARGE_CAPTURE_LEASE: .*number"),
        ("BILING", "billing:1", "CHARGE_CAPTURE_BILING; nearest: CHARGE_CAPTURE_BILLING"),
        ("KEY", "short", "key"),
        ("KEY_FILE", "/nowhere/key", "/nowhere/key"),
        ("MAPPINGS", "/nowhere", "cannot be read"),
        ("DATABASE_URL", "my database", "postgresql://user:password@host/name"),
        ("DATABASE_URL", NOWHERE, "database"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, setting, value, said):
    environment = {"CHARGE_CAPTURE_KEY": KEY, f"CHARGE_CAPTURE_{setting}": value}
    if setting == "KEY_FILE":
        del environment["CHARGE_CAPTURE_KEY"]
    line = refusal(tmp_path, **environment)
    assert re.search(said, line)
    assert "not-shown" not in line


@pytest.mark.parametrize("door", ["http", "mllp"])
def test_a_port_that_is_taken_is_named(tmp_path, door):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        free = "mllp" if door == "http" else "http"
        doors = (f"--{door}", address, f"--{free}", "127.0.0.1:0")
        assert f"{address}: " in refusal(tmp_path, "-m", "service", "serve", *doors)


def test_data_is_not_opened_with_another_key(tmp_path):
    data = tmp_path / "data"
    with stopping(start_embedded(data)):
        pass
    (data / "key").write_text(new_key_line(1))
    assert "encryption key is not the one" in refusal(tmp_path)


def test_a_postgresql_without_our_tables_is_not_used(tmp_path, postgres_url):
    given = {"CHARGE_CAPTURE_DATABASE_URL": postgres_url, "CHARGE_CAPTURE_KEY": KEY}
    assert "charge-capture migrate" in refusal(tmp_path, **given)


def test_a_worker_says_what_is_wrong_before_its_first_task(tmp_path, postgres_url):
    worker = ("-m", "celery", "-A", "workers.app", "worker", "--concurrency", "1")
    given = {"CHARGE_CAPTURE_DATABASE_URL": postgres_url, "CHARGE_CAPTURE_KEY": KEY}
    as_root = {"PYTHONWARNINGS": "ignore"}  # Celery warns of it
    assert "charge-capture migrate" in refusal(tmp_path, *worker, **given, **as_root)
