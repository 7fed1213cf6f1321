"""Medically Unlikely Edits: the most units of a code, a day or a line, from CMS's CSV file."""

import csv
from collections.abc import Iterator
from pathlib import Path

from service.domain.errors import SetupError

_CODE, _VALUE = "hcpcs/cpt code", "mue values"


def read_mue(path: Path) -> dict[str, int]:
    """Return code -> most units, of a file of one setting.

    The header is no fixed line: a notice stands above it, and its first name has a line end within.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
            rows = csv.reader(file)
            code_at, value_at = _columns(rows, path)
            return {row[code_at].strip(): int(row[value_at]) for row in rows if _is_entry(row, value_at)}
    except OSError as error:
        raise SetupError(f"{path}: {error.strerror}") from None


def _columns(rows: Iterator[list[str]], path: Path) -> tuple[int, int]:
    for row in rows:
        names = [" ".join(cell.lower().split()).replace("/ ", "/") for cell in row]
        values = [at for at, name in enumerate(names) if name.endswith(_VALUE)]
        if _CODE in names and values:
            return names.index(_CODE), values[0]
    raise SetupError(f"{path}: this is no MUE file: no header with a code and MUE values")


def _is_entry(row: list[str], value_at: int) -> bool:
    return len(row) > value_at and row[value_at].strip().isdecimal()
