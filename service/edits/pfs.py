"""Physician Fee Schedule indicators: which modifiers a code takes, from CMS's relative value file."""

import itertools
from collections.abc import Iterator
from pathlib import Path

from service.domain.edits import Indicators
from service.domain.errors import SetupError
from service.edits.layout import opened, records

_PCTC, _BILATERAL = "PCTC IND", "BILAT SURG"
_HEADER_ROWS = 5  # labels are stacked over so many rows, HCPCS in the last


def read_pfs(path: Path) -> dict[str, Indicators]:
    """Return code -> indicators. Descriptions are the AMA's and are dropped.

    The header drifts from year to year: its last row is the one that begins with HCPCS, and each name is what
    stands above it, joined.
    """
    with opened(path) as file:
        rows = records(file, ",")
        names = _names(rows, path)
        pctc, bilateral = _place(names, _PCTC, path), _place(names, _BILATERAL, path)
        return {
            row[0].strip(): Indicators(row[pctc].strip(), row[bilateral].strip())
            for row in rows
            if len(row) > max(pctc, bilateral) and row[0].strip() and not row[1].strip()
        }


def _names(rows: Iterator[list[str]], path: Path) -> list[str]:
    above: list[list[str]] = []
    for row in rows:
        above = [*above[-(_HEADER_ROWS - 1) :], row]
        if row and row[0].strip().upper() == "HCPCS":
            stacked = itertools.zip_longest(*above, fillvalue="")
            return [" ".join(" ".join(cells).upper().split()) for cells in stacked]
    raise SetupError(f"{path}: this is no fee schedule file: no row begins with HCPCS")


def _place(names: list[str], wanted: str, path: Path) -> int:
    found = next((at for at, name in enumerate(names) if name.endswith(wanted)), None)
    if found is None:
        raise SetupError(f"{path}: there is no column {wanted}")
    return found
