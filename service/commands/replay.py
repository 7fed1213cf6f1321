"""replay: have stored messages read again, after a fix."""

import sys
from typing import Annotated

import typer

from service.commands.moments import moment_given
from service.commands.options import Data
from service.domain.errors import SetupError
from service.jobs import CHART
from service.pipeline.feeds import NO_FEED
from service.pipeline.replay import Replayed, Replaying, replay_chosen, replay_these
from service.store.quarantine import Which
from service.store.users import ALL_FACILITIES
from service.wiring.given_settings import read_settings
from service.wiring.opening import open_service

_STATES = ("quarantined", "discarded", "no_charge", "charted")


def replay(
    ids: Annotated[list[str] | None, typer.Argument(help="Messages, whatever became of them")] = None,
    *,
    feed: Annotated[str | None, typer.Option(help=f"Of this feed; {NO_FEED} = that no feed took")] = None,
    since: Annotated[str | None, typer.Option(help="Received at or after: 2026-03-01T14:00-06:00")] = None,
    reason: Annotated[str, typer.Option(help="With this in the reason")] = "",
    state: Annotated[str, typer.Option(help=", ".join(_STATES))] = "quarantined",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done")] = False,
    data: Data = None,
) -> None:
    """Read stored messages again: those in quarantine, or others, or by id; nothing is charged twice.

    Exit 1 when some stay where they are; it says why.
    """
    if state not in _STATES:
        raise SetupError(f"there is no state {state}: use {', '.join(_STATES)}")
    of_feed = "" if feed == NO_FEED else feed
    which = Which(ALL_FACILITIES, state, of_feed, reason, moment_given("since", since))
    service = open_service(read_settings(data=data))
    how = Replaying("command line", dry_run=dry_run)
    try:
        if ids:
            done = replay_these(service.database, ids, ALL_FACILITIES, how)
        else:
            done = replay_chosen(service.database, which, how)
        if done.again and not dry_run:
            service.door.wake(CHART)
    finally:
        service.close()
    typer.echo("\n".join(_told(done, dry_run=dry_run)))
    if done.left:
        sys.exit(1)


def _told(done: Replayed, *, dry_run: bool) -> list[str]:
    first = f"{done.again} messages {'would be' if dry_run else 'are'} read again"
    return [first, *(f"{count} stay: {why}" for why, count in done.left.most_common())]
