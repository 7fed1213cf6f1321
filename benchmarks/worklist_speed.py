"""What a page of the worklist costs at a million open lines against a thousand; the next line contended for.

`python -m benchmarks.worklist_speed` fills two fresh databases with invented lines, asks both for the same in
turn, and prints medians, their ratio, and how many lines 20 coders at once got twice. On SQLite, or with
`--postgresql` on a server of its own. Filling a million takes some ten minutes.
"""

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from statistics import median
from time import perf_counter, time
from typing import Any, Final

from sqlalchemy import text

from benchmarks.deployments import postgres
from service.domain.charge import CandidateStatus, Origin
from service.domain.filing import FilingLimits
from service.domain.ids import new_id
from service.domain.review import Line
from service.domain.stakes import Stakes
from service.domain.worklist import Filter, Key, Order
from service.pipeline.handling import next_line
from service.store import Database, Keyring, open_database
from service.store.candidate_rows import CandidateRows
from service.store.migrate import migrate
from service.store.prepared import PreparedRows
from service.store.tables import candidate
from service.store.users import User

_FEW: Final = 1_000
_MANY: Final = 1_000_000
_BATCH: Final = 10_000
_REPEATS: Final = 40
_LONG: Final = 200.0  # milliseconds
_CODERS: Final = 20
_MOST: Final = 1_000  # as the page asks for
_CODES: Final = [f"X{n:04}" for n in range(10)]  # of each there is a page among a thousand, too
_FACILITY: Final = "main"
_DAY: Final = 86_400.0
_NEW: Final = PreparedRows(candidate)
_CONTENT: Final[dict[str, Any]] = {
    "elements": [],
    "questions": [],
    "context": {},
    "diagnoses": ["X00.0"],
    "because": ["a sentence that says why, as long as such sentences are"],
    "evidence": [],
    "stated": [],
}
_CODER: Final = User("c1", frozenset({"coder"}), _FACILITY)
_STAKES: Final = Stakes((FilingLimits("limits", "2020-01-01", "", {"medicare": 365, "medicaid": 180}, 90),))
_RARE: Final = 60  # lines of the rare payer: a page of them, in either queue

#: What is asked for, and from where on: how much of the queue lies before it.
PAGES: Final[dict[str, tuple[Filter, float]]] = {
    "first page": (Filter(), 0.0),
    "a page in the middle": (Filter(), 0.5),
    "a page near the end": (Filter(), 0.9),
    "newest first": (Filter(order=Order.NEWEST), 0.0),
    "by service date": (Filter(order=Order.SERVICE_DATE), 0.0),
    "by filing limit": (Filter(order=Order.LIMIT, runs=_STAKES.runs), 0.0),
    "by filing limit, not held": (Filter(order=Order.LIMIT, runs=_STAKES.runs, is_held=False), 0.0),
    "of one code": (Filter(codes=("X0007",)), 0.0),
    "of one code, in the middle": (Filter(codes=("X0007",)), 0.5),
    "of one table": (Filter(tables=("a-table",)), 0.0),
    "of one kind of payer": (Filter(payers=("medicare",)), 0.0),
    "assigned to me": (Filter(assigned_to="c1"), 0.0),
    "older than 8 days": (Filter(older_than_days=8), 0.0),
    "younger than 2 days": (Filter(younger_than_days=2), 0.0),
    "not held, not claimed": (Filter(is_held=False, claimed_by="none"), 0.0),
    "one code, one kind of payer": (Filter(codes=("X0007",), payers=("medicare",)), 0.0),
    "one code, rare payer": (Filter(codes=("X0007",), payers=("medicaid",)), 0.0),
    "a rare payer, not held": (Filter(payers=("medicaid",), is_held=False), 0.0),
    "what nobody has": (Filter(codes=("X0007",), is_asked=True), 0.0),
}
_Look = Callable[[Database, int], object]


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worklist_speed")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--lines", type=int, default=_MANY)
    given = parser.parse_args()
    with on_postgresql() if given.postgresql else on_sqlite() as (few, many):
        for database, lines in ((few, _FEW), (many, given.lines)):
            _fill(database, lines)
        measure(few, many, given.lines)
        _contend(many)


def measure(few: Database, many: Database, lines: int) -> None:
    """Print what each look costs in both, asked in turn: what else the machine does falls on both."""
    print(f"{'milliseconds, median':30} {_FEW:>10,} {lines:>12,}  ratio (aim: at most 1.5)", flush=True)
    for name, look in _looks().items():
        taken: tuple[list[float], list[float]] = ([], [])
        _milliseconds(look, few, _FEW)
        # What takes long is known by few.
        for _ in range(_REPEATS if _milliseconds(look, many, lines) < _LONG else _REPEATS // 10):
            taken[0].append(_milliseconds(look, few, _FEW))
            taken[1].append(_milliseconds(look, many, lines))
        less, more = map(median, taken)
        print(f"{name:30} {less:10.2f} {more:12.2f}  {more / less:5.2f}", flush=True)


def _looks() -> dict[str, _Look]:
    pages = {name: partial(_page, wanted, place) for name, (wanted, place) in PAGES.items()}
    kinds = [*((by, _MOST) for by in ("status", "code", "payer", "assigned_to")), ("status", None)]
    counted = {_name(by, most): partial(_counts, by, most) for by, most in kinds}
    return {**pages, **counted, "the next line for me": _next}


def _page(wanted: Filter, place: float, database: Database, lines: int) -> None:
    with database.look() as store:
        after = Key(int(lines * place)) if place else None
        store.worklist.page(_FACILITY, wanted, limit=50, after=after)


def _name(by: str, most: int | None) -> str:
    return f"counts by {by}" + (f", up to {most}" if most else ", exact")


def _counts(by: str, most: int | None, database: Database, _lines: int) -> None:
    with database.look() as store:
        store.worklist.counts(_FACILITY, Filter(), by, most)


def _next(database: Database, _lines: int) -> None:
    with database.transaction() as store:
        next_line(store, _CODER, Filter())


def _milliseconds(look: _Look, database: Database, lines: int) -> float:
    began = perf_counter()
    look(database, lines)
    return (perf_counter() - began) * 1000


@contextmanager
def on_sqlite() -> Iterator[tuple[Database, Database]]:
    """Two fresh databases."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _opened([f"sqlite:///{folder}/{name}.db" for name in ("few", "many")]) as opened,
    ):
        yield opened


@contextmanager
def on_postgresql() -> Iterator[tuple[Database, Database]]:
    """Two fresh databases of one server."""
    with postgres() as server:
        for name in ("few", "many"):
            server.psql(f"CREATE DATABASE {name}")
        urls = [server.get_uri().replace("/postgres?", f"/{name}?", 1) for name in ("few", "many")]
        with _opened(urls) as opened:
            yield opened


@contextmanager
def _opened(urls: list[str]) -> Iterator[tuple[Database, Database]]:
    few, many = (open_database(url, Keyring({1: bytes(32)})) for url in urls)
    migrate(few)
    migrate(many)
    yield few, many
    few.close()
    many.close()


def _fill(database: Database, lines: int) -> None:
    """Invented lines, of ages up to twenty days."""
    rng = random.Random(lines)
    now = time()
    for first in range(0, lines, _BATCH):
        with database.transaction() as store:
            rows = CandidateRows(database.keyring, now)
            made = [_row(rows, number, lines, rng) for number in range(first, min(first + _BATCH, lines))]
            _NEW.run(store.transaction.connection, made)
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))  # as it does by itself, a little later


def _row(rows: CandidateRows, number: int, lines: int, rng: random.Random) -> dict[str, Any]:
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
    row["payer"] = (
        "medicaid" if number % (lines // _RARE) == 0 else ("medicare", "commercial", "")[number % 3]
    )
    row["assigned_to"] = f"c{number % 3}" if number % 4 == 0 else ""
    row["created_at"] += 20 * _DAY * (number / lines - 1)
    return row


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
