"""Which of CMS's files a file is, and for whose claims: by what stands in it, and then by its name."""

import itertools
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from service.domain.edits import FileKind, Setting
from service.domain.errors import SetupError
from service.edits.layout import opened

_HEAD_LINES = 25
_SIGNS = {
    FileKind.MUE: "mue values",
    FileKind.ADD_ON: "aoc_edit_type",
    FileKind.PFS: "pctc",
    FileKind.PTP: "modifier",
}
_SETTINGS = {
    Setting.PRACTITIONER: ("practitioner", "ccipra"),
    Setting.OUTPATIENT: ("outpatient", "ccioph", "hospital"),
}
_US_DATE = re.compile(r"eff[_-]?(\d{2})-(\d{2})-(\d{4})", re.IGNORECASE)
_QUARTER = re.compile(r"(20\d{2})q([1-4])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Recognized:
    """What a file is."""

    path: Path
    kind: FileKind
    setting: Setting | None  # None = it is for all
    holds_from: str  # YYYY-MM-DD; "" = its rows are dated, or nobody said


def recognize(path: Path, *, setting: Setting | None = None, holds_from: date | None = None) -> Recognized:
    """Say what a file is. What is given goes before what its name says; SetupError when neither tells."""
    with opened(path) as file:
        head = " ".join(itertools.islice(file, _HEAD_LINES)).lower()
    kind = next((kind for kind, sign in _SIGNS.items() if sign in head), None)
    if kind is None:
        raise SetupError(f"{path}: this is none of the PTP, MUE, add-on or fee schedule files")
    if kind in (FileKind.ADD_ON, FileKind.PFS):
        setting = None
    else:
        setting = setting or _setting(f"{path.name.lower()} {head}")
        if setting is None:
            raise SetupError(f"{path}: whose claims is it for? Say --setting practitioner or outpatient")
    undated = kind in (FileKind.MUE, FileKind.PFS)
    since = (holds_from.isoformat() if holds_from else _holds_from(path.name)) if undated else ""
    if kind is FileKind.MUE and not since:
        raise SetupError(
            f"{path}: neither its rows nor its name say since when it holds: say --from YYYY-MM-DD"
        )
    return Recognized(path, kind, setting, since)


def _setting(text: str) -> Setting | None:
    found = {setting for setting, words in _SETTINGS.items() if any(word in text for word in words)}
    return found.pop() if len(found) == 1 else None


def _holds_from(name: str) -> str:
    """From `..._Eff_07-01-2026.csv`, or from a quarter: `2026q3`."""
    if dated := _US_DATE.search(name):
        month, day, year = dated.groups()
        return f"{year}-{month}-{day}"
    if quarter := _QUARTER.search(name):
        return f"{quarter[1]}-{int(quarter[2]) * 3 - 2:02d}-01"
    return ""
