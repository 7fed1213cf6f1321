"""The house rules that a machine can check."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from service.__main__ import app
from service.commands.logs import ALLOWED

REPOSITORY = Path(__file__).resolve().parents[2]
OURS = sorted(
    path for part in ("service", "workers", "benchmarks") for path in (REPOSITORY / part).rglob("*.py")
)
TESTS = sorted((REPOSITORY / "tests").rglob("*.py"))
LOGS = {"log", "_log", "structlog.get_logger()"}
VAGUE = {"utils", "helpers", "common", "base", "manager", "misc"}


def name_of(path):
    return str(path.relative_to(REPOSITORY))


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_a_file_is_short_and_so_are_its_functions(path):
    text = path.read_text()
    assert text.count("\n") <= 300
    assert path.stem not in VAGUE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 50, node.name


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_a_test_file_is_short(path):
    assert path.read_text().count("\n") <= 500


def test_importing_everything_has_no_effect(tmp_path):
    modules = [
        name_of(path).removesuffix(".py").replace("/", ".")
        for path in OURS
        if "migrations" not in path.parts and path.name not in ("__init__.py", "__main__.py")
    ]
    program = (
        "import sys, threading, socket\n"
        "def refuse(*a, **k): raise AssertionError('a socket was opened at import')\n"
        "socket.socket.connect = socket.socket.bind = refuse\n"
        f"for name in {[m for m in modules if not m.startswith('benchmarks')]!r}: __import__(name)\n"
        "assert threading.active_count() == 1, threading.enumerate()\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(REPOSITORY), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def logged_keys():
    """Keys that our calls give to the log."""
    for path in OURS:
        for node in ast.walk(ast.parse(path.read_text())):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and ast.unparse(called.value) in LOGS:
                yield from ((keyword.arg, name_of(path)) for keyword in node.keywords)


def test_what_is_logged_is_not_dropped_by_the_log():
    keys = dict(logged_keys())
    assert {key: where for key, where in keys.items() if key not in ALLOWED} == {}
    assert ALLOWED - set(keys) == {"event", "level", "timestamp"}, "nobody needs to be let in for nothing"


def compose():
    return yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())


def test_the_compose_file_has_every_role_with_a_health_check():
    services = compose()["services"]
    assert set(services) == {
        "postgres", "redis", "migrate", "api", "listener", "worker", "sweep", "sink"
    }  # fmt: skip
    endless = set(services) - {"migrate", "sink"}
    assert {name for name in services if "healthcheck" in services[name]} == endless
    assert services["sink"]["profiles"] == ["demo"]


@pytest.mark.parametrize("role", ["migrate", "api", "listener", "sweep", "sink"])
def test_the_commands_of_the_compose_file_are_commands_of_ours(role):
    program, *arguments = compose()["services"][role]["command"]
    assert program == "charge-capture"
    done = CliRunner().invoke(app, [*arguments, "--help"])
    assert done.exit_code == 0, done.output


def test_the_mapping_in_the_readme_is_the_one_that_is_shipped():
    shown = (REPOSITORY / "README.md").read_text().split("```yaml\n")[1].split("```")[0]
    shipped = (REPOSITORY / "mappings" / "tables" / "neuraxial-injection.yaml").read_text()
    assert shipped.startswith(shown.rstrip("\n")), "copy the table to README.md again, without its tests"
