"""What is set wrong is said before anything starts: exit code 2, and one line that an operator can act on."""

import base64
import re
import socket
from pathlib import Path

import pytest

from service.store.keyring import new_key_line
from tests.programs import ran
from tests.service_process import command, start_embedded, stopping
from tests.shipped import copy_with_one_table


def refusal(tmp_path, *program, **environment):
    """The line on stderr with which a command refuses to start."""
    started = program or ("charge-capture", "serve", "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0")
    given = {"CHARGE_CAPTURE_DATA": str(tmp_path / "data"), **environment}
    ended = ran(*started, environment=given)
    assert ended.code == 2, ended.err
    assert re.fullmatch(r"charge-capture: [^\n]+\n", ended.err), ended.err
    assert "admin token" not in ended.out, "nobody looks for a token in what failed"
    return ended.err


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
    folder = copy_with_one_table(tmp_path / "mappings")
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


def taken_port(host):
    if host != "[::1]":
        return socket.create_server((host, 0))
    try:
        return socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")


@pytest.mark.parametrize(("door", "host"), [("http", "127.0.0.1"), ("mllp", "127.0.0.1"), ("http", "[::1]")])
def test_a_port_that_is_taken_is_named_and_the_first_token_is_kept_for_the_next_start(tmp_path, door, host):
    with taken_port(host) as taken:
        address = f"{host}:{taken.getsockname()[1]}"
        free = "mllp" if door == "http" else "http"
        doors = (f"--{door}", address, f"--{free}", "127.0.0.1:0")
        line = refusal(tmp_path, "charge-capture", "serve", *doors)
    assert f"{address}: Address already in use; --{door} " in line
    with stopping(start_embedded(tmp_path / "data")) as running:
        assert running.ask("GET", "/v1/candidates").status == 200


def test_a_first_token_that_could_not_be_shown_is_not_used_up(tmp_path):
    serve = ("serve", "--data", tmp_path / "data", "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0")
    with Path("/dev/full").open("w") as full:
        ended = ran("charge-capture", *serve, out=full)
    assert ended.code != 0
    with stopping(start_embedded(tmp_path / "data")) as running:
        assert running.ask("GET", "/v1/candidates").status == 200


def test_a_service_whose_only_user_was_revoked_starts_and_says_so(tmp_path):
    data = tmp_path / "data"
    with stopping(start_embedded(data)) as running:
        assert command("users", "revoke", "admin", environment=running.environment)[0] == 0
    with stopping(start_embedded(data)) as running:
        running.processes[0].printed(r"users +(none: charge-capture users add)")
        assert running.ask("GET", "/v1/candidates").status == 401


def test_data_is_not_opened_with_another_key(tmp_path):
    data = tmp_path / "data"
    with stopping(start_embedded(data)):
        pass
    (data / "key").write_text(new_key_line(1))
    assert "encryption key is not the one" in refusal(tmp_path)


def test_a_postgresql_without_our_tables_is_not_used_until_it_is_migrated(tmp_path, bare_postgres_url):
    given = {"CHARGE_CAPTURE_DATABASE_URL": bare_postgres_url, "CHARGE_CAPTURE_KEY": KEY}
    assert "charge-capture migrate" in refusal(tmp_path, **given)
    assert command("migrate", environment=given)[0] == 0
    assert command("ledger", environment=given)[0] == 0


def test_a_worker_says_what_is_wrong_before_its_first_task(tmp_path, bare_postgres_url):
    worker = ("celery", "-A", "workers.app", "worker", "--concurrency", "1")
    given = {"CHARGE_CAPTURE_DATABASE_URL": bare_postgres_url, "CHARGE_CAPTURE_KEY": KEY}
    as_root = {"PYTHONWARNINGS": "ignore"}  # Celery warns of it
    assert "charge-capture migrate" in refusal(tmp_path, *worker, **given, **as_root)
