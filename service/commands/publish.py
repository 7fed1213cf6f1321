"""mappings publish: say, on the record, which mappings hold."""

from typing import Annotated

import typer

from service.commands.options import Data
from service.mapping import Mappings
from service.store import Store
from service.wiring.given_settings import read_settings
from service.wiring.opening import open_service

_LONGEST_NAME = 64


def publish(
    *,
    by: Annotated[str, typer.Option(help="Who publishes; stands in the audit trail")] = "command line",
    re_evaluate: Annotated[
        bool, typer.Option("--re-evaluate", help="Chart every procedure with an open line anew")
    ] = False,
    data: Data = None,
) -> None:
    """Record that the mappings as they are now hold, from now on."""
    service = open_service(read_settings(data=data))
    try:
        with service.database.transaction() as store:
            told = _published(store, service.mappings, by[:_LONGEST_NAME], again=re_evaluate)
    finally:
        service.close()
    typer.echo("\n".join(told))


def _published(store: Store, mappings: Mappings, by: str, *, again: bool) -> list[str]:
    digest = mappings.digest
    current = store.publications.current()
    told = []
    # Published before, and its open lines not: that can be made up for.
    if not (again and current and current.digest == digest):
        tables, feeds = len(mappings.tables.all), len(mappings.feeds)
        store.publications.publish(digest, by=by, tables=tables, feeds=feeds)
        told.append(f"published {digest[:12]}: {tables} tables, {feeds} feeds")
    if again:
        procedures, messages = store.publications.re_evaluate(digest, by=by)
        told.append(f"{messages} messages of {procedures} procedures with an open line are charted anew")
    told.append(
        "a process that runs already keeps the mappings that it began with, and warns of it: restart it first"
    )
    return told
