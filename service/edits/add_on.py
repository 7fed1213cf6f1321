"""Add-on code edits, from CMS's text file: which codes need another one, and which."""

from collections.abc import Iterator
from pathlib import Path

from service.domain.errors import SetupError
from service.edits.layout import columns, day, folded, opened, records

_NAMES = (
    "aoc_edit_type",
    "add-on_code",
    "aoc_deldt",
    "primary_code",
    "primary_code_deldt",
    "aoc_edit_effdt",
    "aoc_edit_deldt",
)
_KINDS = frozenset("123")

#: (add-on code, kind, primary code, first day, last day); days as YYYYMMDD
AddOnRecord = tuple[str, str, str, int, int]


def read_add_ons(path: Path) -> Iterator[AddOnRecord]:
    """Yield the records. One ends with whichever of its three codes and edits ends first."""
    with opened(path) as file:
        delimiter = "\t" if "\t" in file.readline() + file.readline() else ","
    with opened(path) as file:
        rows = enumerate(records(file, delimiter), 1)
        places = _columns(rows, path)
        for number, row in rows:
            if len(row) > max(places) and row[places[1]].strip():
                yield _record([row[at].strip() for at in places], path, number)


def _columns(rows: Iterator[tuple[int, list[str]]], path: Path) -> list[int]:
    for _number, row in rows:
        header = [folded(cell) for cell in row]
        if _NAMES[0] in header:
            return columns(header, _NAMES, path)
    raise SetupError(f"{path}: this is no add-on file: no header with AOC_Edit_Type")


def _record(cells: list[str], path: Path, number: int) -> AddOnRecord:
    kind, add_on, add_on_ends, primary, primary_ends, first, last = cells
    if kind[:1] not in _KINDS:
        raise SetupError(f"{path}:{number}: edit type {kind[:5]!r} is none of 1, 2, 3")
    ends = min(day(text, path, number) for text in (add_on_ends, primary_ends, last))
    return add_on, kind[:1], primary, day(first, path, number) if first else 0, ends
