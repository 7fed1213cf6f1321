"""Commands of the operator: migrate, keys, audit, ledger."""

import json
import sys
from typing import Annotated

import typer

from service.commands.options import Data
from service.store import ledger as ledgers
from service.store.audit import verify
from service.store.keyring import add_key
from service.store.migrate import migrate as migrate_database
from service.wiring.database import current_database, database_of
from service.wiring.given_settings import read_settings

keys = typer.Typer(help="The encryption keys of patient data.", no_args_is_help=True)
audit = typer.Typer(help="The audit trail.", no_args_is_help=True)


def migrate(data: Data = None) -> None:
    """Bring the database to the newest schema."""
    migrate_database(database_of(read_settings(data=data)))
    typer.echo("the database is current")


def ledger(
    *, data: Data = None, as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False
) -> None:
    """Prove that nothing was lost between the door and billing; exit 1 on a difference."""
    database = current_database(read_settings(data=data))
    with database.connection() as connection:
        drawn = ledgers.draw_up(connection, database.keyring)
    typer.echo(_ledger_json(drawn) if as_json else _ledger_text(drawn))
    if not drawn.whole:
        sys.exit(1)


def _ledger_json(drawn: ledgers.Ledger) -> str:
    checks = [
        {"name": c.name, "expected": c.expected, "found": c.found, "holds": c.holds} for c in drawn.checks
    ]
    return json.dumps({"whole": drawn.whole, "sums": drawn.sums, "checks": checks})


def _ledger_text(drawn: ledgers.Ledger) -> str:
    lines = []
    for name, sums in drawn.sums.items():
        lines.append(
            f"{name:<11} {sum(sums.values()):>8}   " + "  ".join(f"{k} {v}" for k, v in sums.items())
        )
    lines.append("")
    for check in drawn.checks:
        verdict = "ok  " if check.holds else "DIFF"
        lines.append(f"{verdict} {check.name}: {check.expected} / {check.found}")
    lines.append("whole" if drawn.whole else "NOT WHOLE")
    return "\n".join(lines)


@keys.command("list")
def list_keys(data: Data = None) -> None:
    """The numbers of the keys; the last one seals what is new."""
    typer.echo(" ".join(map(str, database_of(read_settings(data=data)).keyring.numbers)))


@keys.command("add")
def add_new_key(data: Data = None) -> None:
    """Add a key. After a restart it seals what is new; older keys still open what they sealed."""
    settings = read_settings(data=data)
    path = settings.key_file or settings.data / "key"
    typer.echo(f"key {add_key(path)} added to {path}")


@audit.command("verify")
def verify_audit(data: Data = None) -> None:
    """Walk the audit chains; exit 1 at a broken link."""
    database = current_database(read_settings(data=data))
    with database.connection() as connection:
        broken = list(verify(connection, database.keyring))
    for link in broken:
        typer.echo(f"{link.chain}: row {link.number}: {link.problem}")
    if broken:
        sys.exit(1)
    typer.echo("the audit chains are whole")
