"""The `charge-capture` command."""

import typer

from service.commands.acks import acks
from service.commands.admin import audit, keys, ledger, migrate
from service.commands.analyst import coverage, diff, explain_case, schema
from service.commands.auto_approve import auto_approve
from service.commands.edits import edits
from service.commands.faults import said_in_one_line
from service.commands.feeds import feeds
from service.commands.fhir import fhir
from service.commands.logs import configure_logs
from service.commands.mappings import mappings
from service.commands.notes import notes
from service.commands.propose import propose
from service.commands.publish import publish
from service.commands.quarantine import quarantine
from service.commands.reconcile import reconcile
from service.commands.replay import replay
from service.commands.send import send
from service.commands.serve import api, listen, serve, sweep
from service.commands.sink import sink
from service.commands.users import users
from service.commands.watch import watch_folder

app = typer.Typer(
    help="From an EHR's procedure message to a reviewed charge in billing.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _command in (serve, listen, api, sweep, propose, send, sink, replay, acks, ledger, reconcile, migrate):
    app.command()(_command)
for _name, _tool in (("explain", explain_case), ("diff", diff), ("coverage", coverage), ("schema", schema)):
    mappings.command(_name)(_tool)
app.command("watch")(watch_folder)
mappings.command("publish")(publish)
for _group, _name in (
    (mappings, "mappings"),
    (users, "users"),
    (keys, "keys"),
    (audit, "audit"),
    (edits, "edits"),
    (auto_approve, "auto-approve"),
    (feeds, "feeds"),
    (quarantine, "quarantine"),
    (notes, "notes"),
    (fhir, "fhir"),
):
    app.add_typer(_group, name=_name)


def main() -> None:
    """Run a command; what an operator can mend is said in one line on stderr, exit 2."""
    configure_logs()
    with said_in_one_line():
        app()


if __name__ == "__main__":
    main()
