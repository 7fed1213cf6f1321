"""auto-approve: hold a rule against what people decided, and let it approve, or no longer."""

import getpass
from typing import Annotated

import typer

from service.commands.options import Data
from service.domain.auto_approval import AutoApproval
from service.domain.errors import SetupError
from service.mapping import read_auto_approval
from service.pipeline.auto_approve import Simulated, simulate
from service.settings import Settings
from service.wiring.database import current_database
from service.wiring.given_settings import read_settings

auto_approve = typer.Typer(help="Approval without a person: off by default.", no_args_is_help=True)
By = Annotated[str, typer.Option(help="Who says so [default: the user of this machine]")]


@auto_approve.command("simulate")
def simulate_rule(data: Data = None) -> None:
    """Say what the rule would have approved of what people decided, and where they decided otherwise."""
    settings = read_settings(data=data)
    _show(settings, _rule(settings))


@auto_approve.command("enable")
def enable(data: Data = None, by: By = "") -> None:
    """Show the simulation, and let the rule, as its file stands now, approve from here on."""
    settings = read_settings(data=data)
    rule = _rule(settings)
    _show(settings, rule)
    with current_database(settings).transaction() as store:
        store.auto_approvals.enable(rule, by=by or getpass.getuser())
    typer.echo(f"{rule.name} is enabled; a changed file must be enabled anew")


@auto_approve.command("disable")
def disable(data: Data = None, by: By = "") -> None:
    """Leave all to people again."""
    settings = read_settings(data=data)
    rule = _rule(settings)
    with current_database(settings).transaction() as store:
        store.auto_approvals.disable(rule, by=by or getpass.getuser())
    typer.echo(f"{rule.name} is disabled")


def _show(settings: Settings, rule: AutoApproval) -> None:
    with current_database(settings).look() as store:
        state = "enabled" if store.auto_approvals.is_enabled(rule) else "not enabled"
        found = list(simulate(store, rule))
    typer.echo(f"{rule.name}: {state}; {rule.sample:.0%} go to people all the same")
    for each in found:
        typer.echo(_line(each))
    if not found:
        typer.echo("there are no lines of its rows: nothing would be approved")


def _line(found: Simulated) -> str:
    table, row = found.row
    proven = "proven" if found.proven else "not proven: left to people"
    return (
        f"{found.facility}\t{table} row {row} ({found.table_hash[:12]})\t"
        f"{found.shown.accepted} of {found.shown.decided} approved as they stood\t{proven}\t"
        f"would have approved {found.approved}, against people {found.against}"
    )


def _rule(settings: Settings) -> AutoApproval:
    if settings.auto_approve is None:
        raise SetupError("no rule is set: CHARGE_CAPTURE_AUTO_APPROVE names its file")
    return read_auto_approval(settings.auto_approve)
