"""notes: the full text over notes: index what is stored, or forget the index."""

import typer

from service.commands.options import Data
from service.domain.errors import SetupError
from service.pipeline.note_backfill import forget_notes, index_stored
from service.settings import ENVIRONMENT
from service.wiring.database import current_database
from service.wiring.given_settings import read_settings
from service.wiring.opening import open_service

notes = typer.Typer(help="Lines found by the words of their notes.", no_args_is_help=True)


@notes.command("index")
def index(data: Data = None) -> None:
    """Have every stored note be found: run it once after note_search was turned on. Again does no harm."""
    settings = read_settings(data=data)
    if not settings.note_search:
        raise SetupError(f"full text is off: set {ENVIRONMENT}NOTE_SEARCH=true, here and for the service")
    service = open_service(settings)
    try:
        after: str | None = ""
        while after is not None:
            after = index_stored(service.database, service.reader, after)
    finally:
        service.close()
    typer.echo("all stored notes are indexed")


@notes.command("forget")
def forget(data: Data = None) -> None:
    """Delete the index: when note_search was turned off."""
    database = current_database(read_settings(data=data))
    typer.echo(f"{forget_notes(database)} notes forgotten")
