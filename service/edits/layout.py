"""CMS's files as they lie on a disk: opened alone or out of their archive, read a record at a time."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from service.domain.errors import SetupError

#: "No end" of a dated row, as a number that sorts after every date.
OPEN_END = 99_991_231
_DAY_OF_YEAR = 7  # digits of YYYYDDD
_READ_FROM_ARCHIVE = (".txt", ".csv")


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """The text of a file, or of the one text within a ZIP archive. SetupError when there is none.

    CMS writes Latin-1 (PTP) and ASCII with a byte order mark: all that is read out of a file is ASCII.
    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive, archive.open(_member(archive, path)) as member:
                yield io.TextIOWrapper(member, encoding="latin-1", newline="")
        else:
            with path.open(newline="", encoding="latin-1") as file:
                yield file
    except OSError as error:
        raise SetupError(f"{path}: {error.strerror or 'cannot be read'}") from None
    except zipfile.BadZipFile:
        raise SetupError(f"{path}: the archive is damaged: load it from CMS again") from None


def _member(archive: zipfile.ZipFile, path: Path) -> str:
    texts = [name for name in archive.namelist() if name.lower().endswith(_READ_FROM_ARCHIVE)]
    if len(texts) != 1:
        raise SetupError(
            f"{path}: the archive holds {len(texts)} text files: unpack it, and name the right one"
        )
    return texts[0]


def records(file: TextIO, delimiter: str) -> Iterator[list[str]]:
    """The cells of each record; a cell in quotes may hold line ends."""
    return csv.reader(file, delimiter=delimiter)


def folded(cell: str) -> str:
    """A header's name, whatever line ends, marks and capitals it is written with."""
    return " ".join(cell.lower().replace("ï»¿", "").split()).replace("/ ", "/")


def columns(header: Sequence[str], wanted: Sequence[str], path: Path) -> list[int]:
    """Where the wanted names stand; each ends a cell: CMS writes the setting before it."""
    found = []
    for name in wanted:
        places = [at for at, cell in enumerate(header) if cell == name or cell.endswith(" " + name)]
        if not places:
            raise SetupError(f"{path}: there is no column {name!r}")
        found.append(places[0])
    return found


def day(text: str, path: Path, line: int) -> int:
    """YYYYMMDD or the Julian YYYYDDD as the number YYYYMMDD; `*` and nothing are an open end."""
    try:
        return _day(text.strip())
    except ValueError:
        raise SetupError(f"{path}:{line}: {text.strip()[:12]!r} is no date") from None


@lru_cache(maxsize=4096)  # millions of records, and few days
def _day(text: str) -> int:
    if text in ("", "*"):
        return OPEN_END
    if len(text) == _DAY_OF_YEAR:
        found = date(int(text[:4]), 1, 1) + timedelta(days=int(text[4:]) - 1)
    else:
        found = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if found.year != int(text[:4]):  # day 000, or 366 of a common year
        raise ValueError
    return found.year * 10_000 + found.month * 100 + found.day
