"""feeds list, feeds show: how the feeds stand."""

import json
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from typing import Annotated

import typer

from service.api.feed_schemas import detail_of, feed_out
from service.commands.options import Data
from service.hl7.escapes import CONTROL_CHARACTERS
from service.mapping.load import feeds_of
from service.pipeline.feeds import NO_FEED, Standing, standing, standings
from service.store.users import ALL_FACILITIES
from service.wiring.database import current_database
from service.wiring.given_settings import read_settings

_STEPS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def list_feeds(
    *,
    wide: Annotated[bool, typer.Option("--wide", help="All columns")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
    data: Data = None,
) -> None:
    """Every feed: what it brought, what waits or was set aside, and whether it is silent."""
    settings = read_settings(data=data)
    known = feeds_of(settings.mappings)
    with closing(current_database(settings)) as database, database.look() as store:
        found = standings(store, known, ALL_FACILITIES)
    if as_json:
        typer.echo(json.dumps([feed_out(each).model_dump(mode="json") for each in found]))
    else:
        sys.stdout.writelines(f"{line}\n" for line in _table(found, _HEADS if wide else _AT_A_GLANCE))


def show_feed(
    name: Annotated[str, typer.Argument(help=f"A feed; {NO_FEED} = messages that no feed takes")],
    data: Data = None,
) -> None:
    """One feed: how far its numbers have come, why messages were set aside, which rules of HL7 it breaks."""
    settings = read_settings(data=data)
    known = feeds_of(settings.mappings)
    with closing(current_database(settings)) as database, database.look() as store:
        found = standing(store, known, ALL_FACILITIES, name)
        told = detail_of(store, known, found, ALL_FACILITIES)
    sys.stdout.writelines(f"{line}\n" for line in _table([found], _HEADS))
    for link in told.links:
        missing = f", never came: {link.missing}" if link.missing else ""
        sys.stdout.write(
            f"numbered       {link.last:>6}  {CONTROL_CHARACTERS.sub(' ', link.link)}{missing}\n"
        )
    for each in told.reasons:
        sys.stdout.write(f"in quarantine  {each.messages:>6}  {each.reason}\n")
    for finding in told.findings:
        last = f"{CONTROL_CHARACTERS.sub(' ', finding.last_control_id)}, {finding.last_at:%Y-%m-%d %H:%M}Z"
        sys.stdout.write(f"breaks a rule  {finding.messages:>6}  {finding.rule} (last in {last})\n")


_HEADS = (
    *(
        "feed",
        "state",
        "last message",
        "24 h",
        "received",
        "duplicates",
        "refused",
        "id reused",
        "out of sequence",
    ),
    *("waiting", "lag", "charted", "no charge", "quarantined", "discarded", "faulty"),
)
#: Those that a person looks at first.
_AT_A_GLANCE = ("feed", "state", "last message", "24 h", "waiting", "lag", "refused", "quarantined")
_OF_WORDS = 2  # columns, on the left


def _cells(standing: Standing) -> tuple[str, ...]:
    ever, last = standing.ever, standing.ever.last_at
    return (
        standing.name,
        state_of(standing),
        f"{span(standing.now - last)} ago" if last else "never",
        *map(str, (standing.last_day.received, ever.received, ever.duplicates, ever.refused)),
        *map(str, (ever.reused, ever.out_of_sequence, ever.waiting)),
        span(standing.lag) if ever.waiting else "-",
        *map(str, (ever.charted, ever.no_charge, ever.quarantined, ever.discarded)),
        f"{standing.checked.faulty} of {standing.checked.checked}" if standing.checked.checked else "-",
    )


def _table(standings: Iterable[Standing], columns: Collection[str]) -> Iterator[str]:
    cells = (dict(zip(_HEADS, _cells(each), strict=True)) for each in standings)
    return _aligned([tuple(columns), *(tuple(row[name] for name in columns) for row in cells)])


def _aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Words to the left, numbers to the right; nothing is cut, however narrow the terminal is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.ljust(width) if at < _OF_WORDS else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


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
