"""Commands of the compliance analyst: lint and test the mappings."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from service.domain.edits import CodeLimits
from service.domain.errors import MappingError
from service.edits import read_mue, read_pfs
from service.mapping import Finding, finding_of, load, load_destination
from service.mapping import check as check_folder
from service.pipeline.chart import Reader
from service.wiring import read_settings

mappings = typer.Typer(help="The mappings: lint them and run their tests.", no_args_is_help=True)
Folder = Annotated[Path | None, typer.Argument(help="Folder of the mappings [default: the shipped ones]")]


@mappings.callback()
def _group() -> None:
    """Keep `check` a command of its own, however many there are."""


@mappings.command("check")
def check(
    folder: Folder = None,
    *,
    mue: Annotated[Path | None, typer.Option(help="CMS's MUE file of this setting")] = None,
    pfs: Annotated[Path | None, typer.Option(help="CMS's relative value file")] = None,
) -> None:
    """Lint every file and run every table's tests; exit 1 when something must be mended.

    With files of CMS, units and modifiers are held against them too.
    """
    where = folder or read_settings().mappings
    limits = CodeLimits(read_mue(mue) if mue else {}, read_pfs(pfs) if pfs else {})
    findings = check_folder(where, limits)
    if not any(finding.severity == "error" for finding in findings):
        findings += _unreadable_paths(where)
    for path in sorted((where / "destinations").glob("*.yaml")):
        load_destination(path)
    for finding in findings:
        typer.echo(f"{finding.file}:{finding.line}: {finding.severity}: {finding.message}")
    if any(finding.severity == "error" for finding in findings):
        sys.exit(1)
    typer.echo(f"{where.name}: in order")


def _unreadable_paths(where: Path) -> Iterator[Finding]:
    """The first path of a feed that is none: only the readers of HL7 and FHIR know what is one."""
    try:
        Reader(load(where))
    except MappingError as error:
        yield finding_of(error)
