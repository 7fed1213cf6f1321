"""Medically Unlikely Edits: the most units of a code, a day or a line, from CMS's CSV file."""

from collections.abc import Iterator
from pathlib import Path

from service.domain.errors import SetupError
from service.edits.layout import columns, folded, opened, records

_CODE, _VALUE = "hcpcs/cpt code", "mue values"
_ADJUDICATION, _RATIONALE = "mue adjudication indicator", "mue rationale"

#: (code, most units, adjudication indicator, rationale)
MueRecord = tuple[str, int, str, str]


def read_mue_records(path: Path) -> Iterator[MueRecord]:
    """Yield the records of a file of one setting.

    The header is no fixed line: a notice stands above it, and its first name has a line end within.
    """
    with opened(path) as file:
        rows = records(file, ",")
        code, value, adjudication, rationale = _columns(rows, path)
        for row in rows:
            if len(row) > max(code, value) and row[value].strip().isdecimal():
                yield (
                    row[code].strip(),
                    int(row[value]),
                    _cell(row, adjudication)[:1],
                    _cell(row, rationale),
                )


def read_mue(path: Path) -> dict[str, int]:
    """Return code -> most units, of a file of one setting."""
    return {code: most for code, most, _adjudication, _rationale in read_mue_records(path)}


def _cell(row: list[str], at: int) -> str:
    return row[at].strip() if len(row) > at else ""


def _columns(rows: Iterator[list[str]], path: Path) -> list[int]:
    for row in rows:
        header = [folded(cell) for cell in row]
        if _CODE in header and any(name.endswith(_VALUE) for name in header):
            return columns(header, (_CODE, _VALUE, _ADJUDICATION, _RATIONALE), path)
    raise SetupError(f"{path}: this is no MUE file: no header with a code and MUE values")
