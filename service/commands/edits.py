"""edits: load CMS files, and see what is loaded. Nothing is fetched: a site accepts CMS's terms itself."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from service.commands.options import Data
from service.domain.edits import FileKind, Setting
from service.domain.errors import SetupError
from service.edits import (
    Recognized,
    read_add_ons,
    read_mue_records,
    read_pfs,
    read_ptp,
    recognize,
)
from service.store.edit_releases import Release, Releases, load_release
from service.wiring.database import current_database
from service.wiring.given_settings import read_settings

edits = typer.Typer(help="NCCI PTP, MUE, add-on and fee schedule files of CMS.", no_args_is_help=True)
_BLOCK = 1 << 20  # bytes


@edits.command("load")
def load_edits(
    files: Annotated[list[Path], typer.Argument(help="Text, CSV or ZIP files. All parts of one PTP release")],
    setting: Annotated[Setting | None, typer.Option(help="Whose claims, if the name does not tell")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of a MUE file")
    ] = None,
    data: Data = None,
) -> None:
    """Load files; a release takes the place of the one before it once it is loaded whole."""
    holds_from = since.date() if since else None
    database = current_database(read_settings(data=data))
    for release, parts in _releases(files, setting, holds_from).items():
        count = load_release(database, release, _records(release.kind, parts), by="command line")
        what = f"{release.kind} {release.setting} {release.holds_from}".replace("  ", " ").strip()
        said = "is loaded already" if count is None else f"{count:,} records"
        typer.echo(f"{what}: {said}  ({release.name})")


@edits.command("list")
def list_edits(data: Data = None) -> None:
    """What is loaded."""
    with current_database(read_settings(data=data)).look() as store:
        for loaded in Releases(store.transaction).all():
            release = loaded.release
            at = datetime.fromtimestamp(loaded.loaded_at, UTC).date()
            typer.echo(
                f"{release.kind}\t{release.setting or 'all'}\t{release.holds_from or 'dated'}\t"
                f"{loaded.rows:,}\t{release.name}\tloaded {at} by {loaded.loaded_by}"
            )


def _releases(
    files: list[Path], setting: Setting | None, holds_from: date | None
) -> dict[Release, list[Recognized]]:
    """Files that are loaded together: the parts of a PTP release are one."""
    groups: dict[tuple[FileKind, str, str], list[Recognized]] = defaultdict(list)
    for path in files:
        found = recognize(path, setting=setting, holds_from=holds_from)
        groups[found.kind, found.setting or "", found.holds_from].append(found)
    return {
        Release(*group, name=_name(parts), digest=_digest(parts)): parts for group, parts in groups.items()
    }


def _name(parts: list[Recognized]) -> str:
    if parts[0].kind is not FileKind.PTP and len(parts) > 1:
        raise SetupError(
            f"{parts[1].path}: {parts[0].path.name} is of the same kind, setting and day: load one"
        )
    return ", ".join(sorted(part.path.name for part in parts))


def _digest(parts: list[Recognized]) -> str:
    whole = hashlib.sha256()
    for part in sorted(parts, key=lambda each: each.path.name):
        with part.path.open("rb") as file:
            while block := file.read(_BLOCK):
                whole.update(block)
    return whole.hexdigest()


def _records(kind: FileKind, parts: list[Recognized]) -> Iterator[tuple[Any, ...]]:
    for part in sorted(parts, key=lambda each: each.path.name):
        if kind is FileKind.PTP:
            yield from read_ptp(part.path)
        elif kind is FileKind.MUE:
            yield from read_mue_records(part.path)
        elif kind is FileKind.ADD_ON:
            yield from read_add_ons(part.path)
        else:
            yield from ((code, each.pctc, each.bilateral) for code, each in read_pfs(part.path).items())
