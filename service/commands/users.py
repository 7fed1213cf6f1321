"""users: who may call the API and sign in at the page."""

import sys
from contextlib import closing
from typing import Annotated

import typer

from service.commands.options import Data
from service.domain.errors import SetupError
from service.domain.roles import ROLES
from service.mapping import load_identity_provider
from service.pipeline.passwords import Passwords
from service.settings import Settings
from service.store.users import ALL_FACILITIES
from service.wiring.database import current_database
from service.wiring.given_settings import read_settings

users = typer.Typer(help="Who may call the API, and sign in at the page.", no_args_is_help=True)
_BY = "command line"
_LONGEST_NAME = 64


@users.command("add")
def add_user(
    *,
    name: Annotated[str, typer.Argument()],
    role: Annotated[list[str], typer.Option(help=f"One or more of {', '.join(ROLES)}")],
    facility: Annotated[
        str | None,
        typer.Option(help="The facility whose rows exist for the user; * = all [default: the site's one]"),
    ] = None,
    password: Annotated[
        bool,
        typer.Option("--password", help="Signs in by a password, which is asked for, or read from stdin"),
    ] = False,
    subject: Annotated[
        str | None, typer.Option(help="Signs in at the identity provider, which has this `sub` for the user")
    ] = None,
    data: Data = None,
) -> None:
    """Make a user; prints the token, which is shown this once, unless the user signs in otherwise."""
    unknown = set(role) - set(ROLES)
    if unknown:
        raise SetupError(f"there is no role {', '.join(sorted(unknown))}: use {', '.join(ROLES)}")
    settings, name = read_settings(data=data), _plain("name", name)[:_LONGEST_NAME]
    where = settings.facility if facility is None else _plain("facility", facility)
    known_as = (_issuer(settings), subject) if subject else ("", "")
    hashed = _new_hash(name) if password else ""
    with closing(current_database(settings)) as database, database.transaction() as store:
        token = store.users.add(name, frozenset(role), where, by=_BY, subject=known_as)
        if hashed:
            store.users.set_password(name, hashed, by=_BY)
    if not (password or subject):
        typer.echo(f"{name} of {where} has this token, which is shown once:", err=True)
        typer.echo(token)


def _plain(what: str, text: str) -> str:
    """Blanks at an end are seen by nobody, and make of it another name."""
    if not text or text != text.strip():
        raise SetupError(f"the {what} {text!r} is empty, or has blanks at an end")
    return text


@users.command("password")
def set_password(name: str, data: Data = None) -> None:
    """Give a user a new password, asked for or read from stdin; ends the user's sessions."""
    with closing(current_database(read_settings(data=data))) as database:
        with database.look() as store:
            if store.users.named(name) is None:
                raise SetupError(f"there is no user {name}")
        hashed = _new_hash(name)
        with database.transaction() as store:
            store.users.set_password(name, hashed, by=_BY)


@users.command("revoke")
def revoke_user(name: str, data: Data = None) -> None:
    """Make a user's token and password useless, and end the user's sessions."""
    with closing(current_database(read_settings(data=data))) as database, database.transaction() as store:
        store.users.revoke(name, by=_BY)


@users.command("list")
def list_users(data: Data = None) -> None:
    """Who may call."""
    with closing(current_database(read_settings(data=data))) as database, database.look() as store:
        for user in store.users.all():
            where = "all facilities" if user.facility == ALL_FACILITIES else user.facility
            typer.echo(f"{user.name}\t{','.join(sorted(user.roles))}\t{where}")


def _new_hash(name: str) -> str:
    """Never an argument: others on the machine see those, and the shell keeps them."""
    if sys.stdin.isatty():
        text = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        text = sys.stdin.readline().rstrip("\r\n")
    return Passwords().hashed(name, text)


def _issuer(settings: Settings) -> str:
    if settings.oidc is None:
        raise SetupError("--subject is of use with an identity provider only: set CHARGE_CAPTURE_OIDC")
    return load_identity_provider(settings.oidc).issuer
