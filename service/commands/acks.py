"""acks: later acknowledgements that senders in enhanced mode wait for, and that were not sent."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from service.store.application_acks import AckTally
from service.store.users import ALL_FACILITIES
from service.wiring.database import current_database
from service.wiring.given_settings import read_settings


def acks(
    *,
    data: Annotated[Path | None, typer.Option(help="Folder of the database and the key")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line")] = False,
) -> None:
    """Show which application acknowledgements are owed or failed. Exit 1 when a sender waits in vain."""
    database = current_database(read_settings(data=data))
    with database.look() as store:
        standing = store.application_acks.standing(ALL_FACILITIES)
    database.close()
    for tally in standing:
        typer.echo(json.dumps(asdict(tally)) if as_json else _line(tally))
    if not standing and not as_json:
        typer.echo("none is owed")
    raise typer.Exit(any(tally.state == "failed" or not tally.address for tally in standing))


def _line(tally: AckTally) -> str:
    since = datetime.fromtimestamp(tally.since, UTC).isoformat(timespec="seconds")
    where = tally.address or "no feed says where to (application_acks_to)"
    return f"{tally.count} {tally.state} to {tally.sender}: {where}, since {since} {tally.note}".rstrip()
