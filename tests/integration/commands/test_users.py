"""Users from the command line: passwords come by stdin, and what they open."""

import base64

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.domain.errors import SetupError, UnusablePassword, WrongState
from service.pipeline.passwords import Passwords
from service.store.audit import verify
from tests.conftest import KEYRING_KEY
from tests.identity_provider import PlayedProvider

PASSWORD = "correct horse battery"
ROLE = ("--role", "coder", "--facility", "main")


@pytest.fixture(autouse=True)
def deployed(database_url, database, monkeypatch):
    monkeypatch.setenv("CHARGE_CAPTURE_DATABASE_URL", database_url)
    monkeypatch.setenv("CHARGE_CAPTURE_KEY", base64.b64encode(KEYRING_KEY).decode())
    return database


def run(*arguments, typed=""):
    done = CliRunner().invoke(app, ["users", *arguments], input=typed, catch_exceptions=False)
    return done.output


def password_fits(database, password):
    with database.look() as store:
        return Passwords().match(store.users.password_of("dora"), password)


def test_a_password_is_read_from_stdin_shown_nowhere_and_changed(deployed):
    assert run("add", "dora", "--password", *ROLE, typed=f"{PASSWORD}\n") == "", "no token either"
    assert password_fits(deployed, PASSWORD)
    assert run("password", "dora", typed="another battery staple") == ""
    assert password_fits(deployed, "another battery staple")
    assert not password_fits(deployed, PASSWORD)


def test_a_weak_password_makes_no_user_and_changes_none(deployed):
    with pytest.raises(UnusablePassword):
        run("add", "dora", "--password", *ROLE, typed="short\n")
    assert run("list") == ""
    run("add", "dora", "--password", *ROLE, typed=f"{PASSWORD}\n")
    with pytest.raises(UnusablePassword):
        run("password", "dora", typed="\n")
    assert password_fits(deployed, PASSWORD)
    with pytest.raises(SetupError, match="there is no user nobody"):
        run("password", "nobody", typed=f"{PASSWORD}\n")
    with pytest.raises(WrongState):
        run("add", "dora", *ROLE)


@pytest.mark.parametrize("wrong", [("", "--facility", "main"), ("ana ",), ("ana", "--facility", " main")])
def test_a_blank_that_nobody_sees_makes_no_user(wrong):
    with pytest.raises(SetupError, match="blanks at an end"):
        run("add", *wrong, "--role", "coder")
    assert run("list") == ""


def test_a_user_is_of_the_sites_own_facility_unless_another_is_named(monkeypatch):
    monkeypatch.setenv("CHARGE_CAPTURE_FACILITY", "north")
    told = CliRunner().invoke(app, ["users", "add", "ana", "--role", "coder"])
    assert (told.stdout[:3], told.stdout.count("\n")) == ("cc_", 1), "a script takes the token from stdout"
    assert run("list") == "ana\tcoder\tnorth\n"


def test_whom_the_provider_knows_is_added_by_its_subject_and_gets_no_token(deployed, tmp_path, monkeypatch):
    with pytest.raises(SetupError, match="set CHARGE_CAPTURE_OIDC"):
        run("add", "nora", "--subject", "s-7", *ROLE)
    provider = PlayedProvider(key=None, url="https://login.example")
    monkeypatch.setenv("CHARGE_CAPTURE_OIDC", str(provider.configure(tmp_path)))
    assert run("add", "nora", "--subject", "s-7", *ROLE) == ""
    with deployed.look() as store:
        user, is_revoked = store.users.by_subject("https://login.example", "s-7")
        assert (user.name, is_revoked) == ("nora", False)
        assert store.users.by_subject("https://evil.example", "s-7") is None
        assert store.users.by_subject("", "") is None, "nor is anybody the user of no subject"


def test_under_another_key_nothing_is_written_that_would_break_the_audit_for_good(deployed, monkeypatch):
    run("add", "dora", *ROLE)
    monkeypatch.setenv("CHARGE_CAPTURE_KEY", base64.b64encode(bytes(32)).decode())
    with pytest.raises(SetupError, match="not the one that this database was written with"):
        run("add", "eve", *ROLE)
    with deployed.connection() as connection:
        assert list(verify(connection, deployed.keyring)) == []
