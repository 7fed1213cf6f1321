"""NCCI procedure-to-procedure edits, from CMS's text file: millions of records, read one at a time."""

from collections.abc import Iterator
from pathlib import Path

from service.domain.errors import SetupError
from service.edits.layout import OPEN_END, day, opened

_COLUMNS = 7
_CODE_LENGTH = 5
_HEADER_LINES = 20  # the header takes six; whoever has more is no PTP file
_INDICATORS = frozenset("019")

#: (column 1, column 2, first day, last day, modifier indicator, rationale); days as YYYYMMDD
PtpRecord = tuple[str, str, int, int, str, str]


def read_ptp(path: Path) -> Iterator[PtpRecord]:
    """Yield every record that was ever in force. SetupError names file and line of what cannot be read.

    The deletion date is the last day on which an edit is active. Indicator 9 is passed over: such an edit was
    never in force.
    """
    begun = False
    with opened(path) as file:
        for number, line in enumerate(file, 1):
            cells = line.rstrip("\r\n").split("\t")
            if _is_record(cells):
                begun = True
                record = _record(cells, path, number)
                if record[4] != "9":
                    yield record
            elif begun and line.strip():
                raise SetupError(f"{path}:{number}: this is no PTP record of {_COLUMNS} columns")
            elif not begun and number > _HEADER_LINES:
                break
    if not begun:
        raise SetupError(f"{path}: this is no PTP file: no record of {_COLUMNS} columns follows its header")


def _is_record(cells: list[str]) -> bool:
    return (
        len(cells) >= _COLUMNS
        and len(cells[0].strip()) == len(cells[1].strip()) == _CODE_LENGTH
        and cells[3].strip().isdecimal()
    )


def _record(cells: list[str], path: Path, number: int) -> PtpRecord:
    column_1, column_2, _old, first, last, indicator, rationale = (cell.strip() for cell in cells[:_COLUMNS])
    if indicator not in _INDICATORS:
        raise SetupError(f"{path}:{number}: modifier indicator {indicator[:5]!r} is none of 0, 1, 9")
    ends = OPEN_END if last == "*" else day(last, path, number)
    return column_1, column_2, day(first, path, number), ends, indicator, rationale
