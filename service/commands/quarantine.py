"""quarantine: messages that nothing could be done with, from the command line."""

import json
import sys
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from service.commands.moments import moment_given
from service.commands.options import Data
from service.domain.errors import SetupError
from service.hl7 import decode
from service.hl7.escapes import CONTROL_CHARACTERS
from service.pipeline.advice import advice_on
from service.pipeline.feeds import NO_FEED
from service.store.quarantine import Quarantined, Which
from service.store.transaction import AuditEntry
from service.store.users import ALL_FACILITIES
from service.wiring.database import current_database
from service.wiring.given_settings import read_settings

quarantine = typer.Typer(help="Messages that nothing could be done with, and why.", no_args_is_help=True)
_BY = "command line"
_LONGEST_REASON = 500


@quarantine.command("list")
def list_quarantine(
    *,
    feed: Annotated[str | None, typer.Option(help=f"Of this feed; {NO_FEED} = that no feed took")] = None,
    reason: Annotated[str, typer.Option(help="With this in the reason")] = "",
    since: Annotated[str | None, typer.Option(help="Received at or after: 2026-03-01T14:00-06:00")] = None,
    limit: Annotated[int, typer.Option(help="So many, the newest first", min=1, max=10_000)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line")] = False,
    data: Data = None,
) -> None:
    """List them without a word of theirs, the newest first."""
    which = Which(feed="" if feed == NO_FEED else feed, reason=reason, since=moment_given("since", since))
    with closing(current_database(read_settings(data=data))) as database, database.look() as store:
        found = store.quarantine.page(which, limit=limit)
    for each in found:
        told = _told(each)
        line = json.dumps(told) if as_json else "  ".join(str(value) or "-" for value in told.values())
        sys.stdout.write(CONTROL_CHARACTERS.sub(" ", line) + "\n")


@quarantine.command("show")
def show_quarantined(
    identifier: Annotated[str, typer.Argument(metavar="ID")],
    *,
    words: Annotated[
        bool, typer.Option("--words", help="Also the message itself: patient data. This is audited")
    ] = False,
    data: Data = None,
) -> None:
    """Show one: why it was set aside, and, when you ask for them, its words."""
    with closing(current_database(read_settings(data=data))) as database, database.transaction() as store:
        found, discard = store.quarantine.get(identifier, ALL_FACILITIES)
        event = store.events.get(identifier, ALL_FACILITIES)
        if words:
            store.audit(AuditEntry(found.facility, "review", _BY, "read", "event", identifier))
    for name, value in _told(found).items():
        typer.echo(f"{name:<13} {CONTROL_CHARACTERS.sub(' ', str(value))}")
    typer.echo(f"what to do    {advice_on(found.reason)}")
    if discard:
        typer.echo(f"discarded by  {discard.by}, {_time(discard.at)}")
    if words:
        typer.echo(decode(event.body, event.charset or None).text.replace("\r", "\n"))


@quarantine.command("discard")
def discard_quarantined(
    identifiers: Annotated[list[str], typer.Argument(metavar="ID...")],
    *,
    because: Annotated[str, typer.Option(help="Why; kept with the message")],
    data: Data = None,
) -> None:
    """Say that nothing more is to be done with messages; they are kept, and `replay ID` takes it back."""
    if not because.strip() or len(because) > _LONGEST_REASON:
        raise SetupError(f"--because: say why, in at most {_LONGEST_REASON} characters")
    with closing(current_database(read_settings(data=data))) as database, database.transaction() as store:
        for identifier in identifiers:
            store.quarantine.discard(identifier, ALL_FACILITIES, because, by=_BY)
    typer.echo(f"{len(identifiers)} discarded")


def _told(found: Quarantined) -> dict[str, Any]:
    return {
        "received_at": _time(found.received_at),
        "id": found.id,
        "feed": found.feed or NO_FEED,
        "message_type": found.message_type,
        "control_id": found.control_id,
        "sender": found.sender,
        "peer": found.peer,
        "state": found.state,
        "reason": found.reason,
    }


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
