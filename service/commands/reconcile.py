"""reconcile: the report of a day of service."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from service.commands.options import Data
from service.domain.local_days import local_days
from service.domain.reconciliation import Report
from service.mapping.load import feeds_of
from service.pipeline.reconciliation import Wanted, reconcile_day, yesterday
from service.pipeline.report_csv import as_csv
from service.store.users import ALL_FACILITIES
from service.wiring.database import current_database
from service.wiring.given_settings import read_settings


def reconcile(
    *,
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of service [default: yesterday]")
    ] = None,
    facility: Annotated[str, typer.Option(help="One facility alone")] = ALL_FACILITIES,
    service: Annotated[
        list[str] | None, typer.Option(help="Look for orders of this service only (OBR-4, AIS-3)")
    ] = None,
    late_after: Annotated[int, typer.Option(help="Days after which a charge is late", min=0)] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print the findings as CSV")] = False,
    data: Data = None,
) -> None:
    """Hold a day's documentation against its charges, orders and billing's answers. No patient data."""
    settings = read_settings(data=data)
    days = local_days(feeds_of(settings.mappings), settings.timezone)
    with current_database(settings).look() as store:
        day = date.date() if date else yesterday(store.now, days, facility)
        wanted = Wanted(day, facility, frozenset(service or ()), late_after, days=days)
        report = reconcile_day(store, wanted)
    if as_json:
        typer.echo(json.dumps({**asdict(report), "counts": report.counts()}, default=str))
    elif csv:
        sys.stdout.write(as_csv(report))
    else:
        typer.echo("\n".join(_lines(report)))


def _lines(report: Report) -> list[str]:
    counts = "  ".join(f"{name} {count}" for name, count in report.counts().items())
    waiting = "  ".join(f"{age} d: {sum(by_status.values())}" for age, by_status in report.waiting.items())
    done = f"{report.charged} charged, {report.rejected} rejected"
    return [
        f"{report.day}  {report.procedures} procedures, {done}, {report.orders} orders",
        f"lag       {_lag(report)}",
        f"waiting   {waiting}",
        f"findings  {counts}",
        *(
            f"  {each.lack:<13} {each.code or '-':<8} {each.object_type} {each.object_id}  {each.note}"
            for each in report.findings
        ),
    ]


def _lag(report: Report) -> str:
    if not report.charged:
        return "nothing of this day was charged yet"
    lag = report.lag
    return f"median {lag.median} d, nine of ten {lag.nine_tenths} d, longest {lag.longest} d"
