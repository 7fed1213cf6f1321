"""feeds: commands of the interface analyst."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from service.api.feeds import feed_out
from service.commands.serve import Data
from service.mapping import load
from service.pipeline.feeds import Standing, standings
from service.store.users import ALL_FACILITIES
from service.wiring import current_database, read_settings

feeds = typer.Typer(help="The feeds: what comes from where, and what became of it.", no_args_is_help=True)
_STEPS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


@feeds.callback()
def _group() -> None:
    """Keep `list` a command of its own, however many there are."""


@feeds.command("list")
def list_feeds(
    *, data: Data = None, as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False
) -> None:
    """Every feed: what it brought, what waits or was set aside, and whether it is silent."""
    settings = read_settings(data=data)
    known = load(settings.mappings, settings.site).feeds
    with current_database(settings).look() as store:
        found = standings(store, known, ALL_FACILITIES)
    if as_json:
        typer.echo(json.dumps([feed_out(each).model_dump(mode="json") for each in found]))
    else:
        # Into a file or a pipe it goes whole, whatever the width.
        console = Console(highlight=False)
        console.print(_table(found), soft_wrap=not console.is_terminal)


def _table(found: list[Standing]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("feed")
    table.add_column("state")
    for name in ("last message", "24 h", "received", "duplicates", "refused", "waiting", "lag"):
        table.add_column(name, justify="right")
    for name in ("charted", "no charge", "quarantined", "discarded"):
        table.add_column(name, justify="right")
    for each in found:
        ever, last = each.ever, each.ever.last_at
        counts = (ever.charted, ever.no_charge, ever.quarantined, ever.discarded)
        table.add_row(
            each.name,
            state_of(each),
            f"{span(each.now - last)} ago" if last else "never",
            str(each.last_day.received),
            *map(str, (ever.received, ever.duplicates, ever.refused, ever.waiting)),
            span(each.lag) if ever.waiting else "-",
            *map(str, counts),
        )
    return table


def state_of(standing: Standing) -> str:
    """What an analyst should look at first, in words."""
    if standing.is_silent:
        return f"SILENT (expected every {span(standing.expect_every)})"
    if standing.ever.quarantined:
        return "look: quarantine"
    return "ok" if standing.ever.received else "idle"


def span(seconds: float) -> str:
    """ "45 s", "3 min", "5 h", "2 d": two units at most would be one too many at night."""
    size, unit = next((step for step in _STEPS if seconds >= step[0]), _STEPS[-1])
    return f"{int(seconds // size)} {unit}"
