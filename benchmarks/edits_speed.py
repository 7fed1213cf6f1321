"""How long it takes to load a PTP release of the size of CMS's, and to ask what it says of a day.

`python -m benchmarks.edits_speed` writes a file of invented pairs of impossible codes, loads it into a fresh
database of the embedded kind, and prints the time, the memory at its highest, and the time a pair when days
of some lines are asked about.
"""

import random
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Final

from service.domain.edits import FileKind, Service, Setting
from service.edits import check, read_ptp
from service.store import Keyring, open_database
from service.store.database import Database
from service.store.edit_releases import Release, load_release
from service.store.migrate import migrate

_COLUMN_1: Final = 8_000  # codes
_BESIDE: Final = 312  # column 2 codes of each
_DAYS: Final = 200
_LINES: Final = 10  # of a day
_HEADER: Final = "A notice\nColumn 1\tColumn 2\t\tEffective\tDeletion\tModifier\tRationale\n"


def _records(rng: random.Random) -> Iterator[str]:
    for first in range(_COLUMN_1):
        for second in sorted(rng.sample(range(_COLUMN_1), _BESIDE)):
            ends = "*" if second % 3 else "20251231"
            yield f"X{first:04}\tX{second:04}\t\t20240101\t{ends}\t{second % 2}\tMisuse of column two code\n"


def _asked(database: Database, rng: random.Random) -> float:
    """Milliseconds a pair, over days of some lines each."""
    days = [[f"X{rng.randrange(_COLUMN_1):04}" for _ in range(_LINES)] for _ in range(_DAYS)]
    began = perf_counter()
    for codes in days:
        with database.look() as store:
            rules = store.edits.rules(codes, "2026-03-02", Setting.PRACTITIONER)
        check([Service(str(n), code, 1) for n, code in enumerate(codes)], rules)
    pairs = _DAYS * _LINES * (_LINES - 1) / 2
    return (perf_counter() - began) * 1000 / pairs


def main() -> None:
    """Print three figures."""
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ccipra-f1.txt"
        with file.open("w", encoding="latin-1") as out:
            out.write(_HEADER)
            out.writelines(_records(rng))
        database = open_database(f"sqlite:///{folder}/edits.db", Keyring({1: bytes(32)}))
        migrate(database)
        began = perf_counter()
        release = Release(FileKind.PTP, Setting.PRACTITIONER, "", file.name, "digest")
        count = load_release(database, release, read_ptp(file), by="benchmark")
        seconds = perf_counter() - began
        per_pair = _asked(database, rng)
        database.close()
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"records loaded         {count:>12,}")
    print(f"seconds                {seconds:>12.1f}   aim: under 120")
    print(f"memory, highest, MiB   {mib:>12.0f}   aim: under 512")
    print(f"milliseconds a pair    {per_pair:>12.4f}   aim: under 1, {_LINES} lines a day")


if __name__ == "__main__":
    main()
