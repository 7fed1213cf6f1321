"""Commands of the compliance analyst beyond the check: explain, diff, coverage, schema."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from service.commands.corpus import documented
from service.commands.options import Data, Stored
from service.commands.stored import stored
from service.domain.documentation import Documentation
from service.domain.errors import SetupError
from service.mapping import Mappings
from service.mapping.compare import GRAVE, SAME, Difference, compare, counted
from service.mapping.coverage import hits_of, report
from service.mapping.explain import Explanation, explain, why_not
from service.mapping.lint.table_tests import documented_by_tests
from service.mapping.schema import schemas
from service.pipeline.chart import Reader
from service.wiring.given_mappings import mappings_of
from service.wiring.given_settings import read_settings

Files = Annotated[
    list[Path] | None, typer.Argument(help="Messages, or .jsonl files of {id, elements}", show_default=False)
]


def explain_case(
    case: Annotated[Path, typer.Argument(help="A message, or a JSON record of {id, elements}")],
    not_code: Annotated[str | None, typer.Option("--why-not", help="A code that did not come")] = None,
) -> None:
    """Say why a code comes of a case, or why another does not."""
    loaded = _shipped()
    for name, documentation in _of_file(Reader(loaded), case):
        typer.echo(f"{name}")
        told = why_not(loaded, documentation, not_code) if not_code else explain(loaded, documentation)
        if not told:
            typer.echo(f"  no table {'knows ' + not_code if not_code else 'has to do with it'}")
        _print_explanations(told)


def _print_explanations(told: list[Explanation]) -> None:
    for each in told:
        typer.echo(f"  {each.table}")
        for line in dict.fromkeys(each.lines):
            typer.echo(f"    {line}")


def diff(
    old: Annotated[Path, typer.Argument(help="Folder of the mappings as they are")],
    new: Annotated[Path, typer.Argument(help="Folder of the mappings as they would be")],
    files: Files = None,
    *,
    replay: Annotated[
        list[Path] | None, typer.Option(help="A file to try both on, as behind the folders")
    ] = None,
    stored_too: Stored = False,
    accept: Annotated[bool, typer.Option("--accept", help="Exit 0 although codes change")] = False,
    failing: Annotated[bool, typer.Option("--failing", help="Name tests that fail, and compare")] = False,
    data: Data = None,
) -> None:
    """Say which cases change their answer: the tests of both, given files, stored procedures."""
    settings = read_settings()
    before, after = (mappings_of(settings, folder, failing=failing) for folder in (old, new))
    for finding in (*before.warnings, *after.warnings):
        if finding.is_failed_test:
            typer.echo(str(finding))
    cases = [*_test_cases(before, after), *_cases(before, [*(replay or []), *(files or [])])]
    if stored_too:
        cases += stored(Reader(before), data, "mappings diff")
    found = list(compare(before, after, cases))
    _print_differences(found)
    if not accept and any(each.kind in GRAVE for each in found):
        sys.exit(1)


def _print_differences(found: list[Difference]) -> None:
    for each in found:
        if each.kind != SAME:
            typer.echo(f"{each.case}: {each.kind}: {each.before} -> {each.after}")
    counts = counted(found)
    typer.echo(f"{len(found)} cases: " + ", ".join(f"{counts[kind]} {kind}" for kind in sorted(counts)))


def _test_cases(*both: Mappings) -> Iterator[tuple[str, Documentation]]:
    seen = set()
    for loaded in both:
        for name, documentation in documented_by_tests(loaded.sources, loaded.vocabulary):
            if (name, documentation.elements) not in seen:
                seen.add((name, documentation.elements))
                yield name, documentation


def coverage(files: Files = None, *, stored_too: Stored = False, data: Data = None) -> None:
    """Say which rows decide something in a corpus, and which never do."""
    loaded = _shipped()
    if not files and not stored_too:
        raise SetupError("name files, or --stored")
    cases = list(_cases(loaded, files or []))
    if stored_too:
        cases += stored(Reader(loaded), data, "mappings coverage")
    hits = hits_of(loaded, (documentation for _name, documentation in cases))
    for line in report(loaded, hits):
        typer.echo(line)


def schema(
    folder: Annotated[Path, typer.Argument(help="Where to write a .json file a format")] = Path(
        "docs/schemas"
    ),
) -> None:
    """Write the JSON Schemas of all mapping files, for editors."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, found in schemas().items():
        (folder / f"{name}.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
        typer.echo(f"{folder / name}.json")


def _shipped() -> Mappings:
    return mappings_of(read_settings())


def _cases(loaded: Mappings, files: list[Path]) -> Iterator[tuple[str, Documentation]]:
    reader = Reader(loaded)
    for path in files:
        yield from _of_file(reader, path)


def _of_file(reader: Reader, path: Path) -> list[tuple[str, Documentation]]:
    """The procedures of a file; one that tells of none is named."""
    found = list(documented(reader, path))
    if not found:
        typer.echo(f"{path}: no procedure is read out of it", err=True)
    return found
