"""What a page of the worklist costs at a million open lines against a thousand; the next line contended for.

`python -m benchmarks.worklist_speed` fills a fresh database of the embedded kind (or, with --database URL, an
empty migrated one on PostgreSQL) with invented lines and prints medians, their ratio, and how many lines 20
coders at once got twice.
"""

import argparse
import random
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import perf_counter, time
from typing import Any, Final

from sqlalchemy import insert

from service.domain.charge import CandidateStatus, Origin
from service.domain.ids import new_id
from service.domain.review import Line
from service.domain.worklist import Filter, Key, Order
from service.pipeline.handling import next_line
from service.store import Database, Keyring, open_database
from service.store.candidate_rows import CandidateRows
from service.store.migrate import migrate
from service.store.prepared import Prepared
from service.store.tables import candidate
from service.store.users import User

_FEW: Final = 1_000
_MANY: Final = 1_000_000
_BATCH: Final = 10_000
_REPEATS: Final = 40
_CODERS: Final = 20
_CODES: Final = [f"X{n:04}" for n in range(100)]
_FACILITY: Final = "main"
_DAY: Final = 86_400.0
_INSERT: Final = Prepared(
    insert(candidate).inline(), [column.name for column in candidate.c if column is not candidate.c.sequence]
)
_CONTENT: Final[dict[str, Any]] = {
    "elements": [],
    "questions": [],
    "context": {},
    "diagnoses": ["X00.0"],
    "because": ["a sentence that says why, as long as such sentences are"],
    "evidence": [],
    "stated": [],
}

#: What is asked for, and from where on.
PAGES: Final[dict[str, tuple[Filter, bool]]] = {
    "first page": (Filter(), False),
    "a page in the middle": (Filter(), True),
    "newest first": (Filter(order=Order.NEWEST), False),
    "by service date": (Filter(order=Order.SERVICE_DATE), False),
    "of one code": (Filter(codes=("X0007",)), False),
    "of one kind of payer": (Filter(payers=("medicare",)), False),
    "assigned to me": (Filter(assigned_to="c1"), False),
    "older than 8 days": (Filter(older_than_days=8), False),
    "not held, not claimed": (Filter(is_held=False, claimed_by="none"), False),
    "one code, rare payer": (Filter(codes=("X0007",), payers=("medicaid",)), False),
}


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worklist_speed")
    parser.add_argument("--database", default="", help="URL of an empty migrated database")
    parser.add_argument("--lines", type=int, default=_MANY)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(given.database or f"sqlite:///{folder}/queue.db", Keyring({1: bytes(32)}))
        if not given.database:
            migrate(database)
        _fill(database, 0, _FEW)
        few = _medians(database, _FEW)
        _fill(database, _FEW, given.lines)
        many = _medians(database, given.lines)
        print(f"{'milliseconds, median':28} {_FEW:>10,} {given.lines:>12,}  ratio (aim: at most 1.5)")
        for name in PAGES:
            print(f"{name:28} {few[name]:10.2f} {many[name]:12.2f}  {many[name] / few[name]:5.2f}")
        _contend(database)
        database.close()


def _fill(database: Database, start: int, end: int) -> None:
    """Invented lines, of ages up to twenty days."""
    rng = random.Random(start)
    now = time()
    for first in range(start, end, _BATCH):
        with database.transaction() as store:
            rows = CandidateRows(database.keyring, now)
            made = [_row(rows, number, now, rng) for number in range(first, min(first + _BATCH, end))]
            _INSERT.run(store.transaction.connection, made)


def _row(rows: CandidateRows, number: int, now: float, rng: random.Random) -> dict[str, Any]:
    line = Line(
        slot="a-table",
        status=CandidateStatus.PROPOSED,
        origin=Origin.MAPPED,
        table="a-table",
        table_hash="",
        row=1,
        code=rng.choice(_CODES),
        units=1,
        modifiers=(),
        service_date=f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        content=_CONTENT,
    )
    row = rows.new(_FACILITY, new_id(), line) | {"mappings_digest": ""}
    row["payer"] = "medicaid" if number % 5_000 == 0 else ("medicare", "commercial", "")[number % 3]
    row["assigned_to"] = f"c{number % 40}" if number % 20 == 0 else ""
    row["created_at"] = now - 20 * _DAY + number * 20 * _DAY / _MANY
    return row


def _medians(database: Database, lines: int) -> dict[str, float]:
    return {
        name: _median(lambda: _page(database, wanted, Key(lines // 2) if middle else None))  # noqa: B023
        for name, (wanted, middle) in PAGES.items()
    }


def _page(database: Database, wanted: Filter, after: Key | None) -> None:
    with database.look() as store:
        store.worklist.page(_FACILITY, wanted, limit=50, after=after)


def _median(work: Callable[[], None]) -> float:
    """Milliseconds."""
    taken = []
    for _ in range(_REPEATS):
        began = perf_counter()
        work()
        taken.append((perf_counter() - began) * 1000)
    return median(taken)


def _contend(database: Database) -> None:
    def take(number: int) -> list[str]:
        coder, found = User(f"n{number}", frozenset({"coder"}), _FACILITY), []
        for _ in range(10):
            with database.transaction() as store:
                line = next_line(store, coder, Filter())
            found += [line.id] if line else []
        return found

    began = perf_counter()
    with ThreadPoolExecutor(_CODERS) as pool:
        taken = [identifier for some in pool.map(take, range(_CODERS)) for identifier in some]
    each = (perf_counter() - began) * 1000 / len(taken)
    print(
        f"next line, {_CODERS} coders at once: {each:.1f} ms each, {len(taken)} given, "
        f"{len(taken) - len(set(taken))} twice"
    )


if __name__ == "__main__":
    main()
