"""What the full text over notes costs: charting with it against without, and a search among many notes.

`python -m benchmarks.note_search` (`--notes` for fewer, `--postgresql` on a server of its own). Messages are
the shipped note, each of another order; notes to be searched are invented, of words as frequent as words are.
"""

import argparse
import random
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import count
from statistics import median, quantiles
from time import perf_counter
from typing import Final

from benchmarks.processes import REPOSITORY
from benchmarks.worklist_speed import on_postgresql, on_sqlite
from service.domain.event import Arrival, Format
from service.domain.ids import new_id
from service.domain.note import Note, NoteText
from service.domain.note_words import is_indexed, words_of
from service.mapping import load
from service.pipeline.chart import Reader, chart
from service.pipeline.notes import Sought, search
from service.store import Database

_FACILITY: Final = "main"
_ROUNDS: Final = 10
_OF_A_ROUND: Final = 100
_BATCH: Final = 1_000
_FEW: Final = 1_000
_SEARCHES: Final = 200
_NUMBERS = count(1)
#: Rank of a word; of 9,999, the n-th is as frequent as 1/n: longer numbers are no words to be found by.
_RANKS: Final = range(1, 10_000)


def main() -> None:
    """Measure both, print both."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.note_search")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--notes", type=int, default=100_000)
    given = parser.parse_args()
    opened = on_postgresql if given.postgresql else on_sqlite
    with ExitStack() as stack:
        _charting(*stack.enter_context(opened()))
    with ExitStack() as stack:
        few, many = stack.enter_context(opened())
        _fill(few, _FEW)
        _fill(many, given.notes)
        _searching(few, many, given.notes)


def _charting(without: Database, with_it: Database) -> None:
    mappings = load(REPOSITORY / "mappings")
    readers = {without: Reader(mappings), with_it: Reader(mappings, indexes_notes=True)}
    taken: dict[Database, list[float]] = {without: [], with_it: []}
    for _ in range(_ROUNDS):
        for database, reader in readers.items():
            _receive(database)
            began = perf_counter()
            while chart(database, reader, batch=200, lease=60.0):
                pass
            taken[database].append((perf_counter() - began) * 1000 / _OF_A_ROUND)
    less, more = median(taken[without]), median(taken[with_it])
    print(f"charting a note, median ms: {less:.2f} without, {more:.2f} with; ratio {more / less:.2f}")


def _receive(database: Database) -> None:
    (path,) = (REPOSITORY / "docs" / "samples" / "hl7v2").glob("02-*")
    body = path.read_bytes()
    with database.transaction() as store:
        for number in (next(_NUMBERS) for _ in range(_OF_A_ROUND)):
            said = body
            for old in (b"LKS-20260311-0442", b"P-7120", b"F-9917", b"DOC-55120"):
                said = said.replace(old, b"%s%d" % (old[:1], number))
            kind = "MDM^T02"
            arrival = Arrival(
                Format.HL7V2, "TRANSCRIBE|LAKESIDE", _FACILITY, kind, f"L{number}", said, b"ACK"
            )
            store.events.receive([arrival])


def _fill(database: Database, notes: int) -> None:
    rng = random.Random(notes)
    for first in range(0, notes, _BATCH):
        with database.transaction() as store:
            store.notes.keep([_note(rng) for _ in range(first, min(first + _BATCH, notes))])


def _note(rng: random.Random) -> Note:
    text = " ".join(_words(rng, 150))
    words = frozenset(word.text for word in words_of(text) if is_indexed(word.text))
    return Note(_FACILITY, new_id(), (NoteText(new_id(), "OBX[1]-5", text),), words)


def _words(rng: random.Random, how_many: int) -> Iterator[str]:
    """Ranks by Zipf's law, near enough: the logarithm of the rank is even."""
    for _ in range(how_many):
        yield f"w{int(len(_RANKS) ** rng.random())}x"


def _searching(few: Database, many: Database, notes: int) -> None:
    rng = random.Random(1)
    wanted = [" ".join(_words(rng, rng.randint(1, 3))) for _ in range(_SEARCHES)]
    taken: dict[Database, list[float]] = {few: [], many: []}
    for text in wanted:
        for database, times in taken.items():
            look = partial(_search, database, text)
            look()
            began = perf_counter()
            look()
            times.append((perf_counter() - began) * 1000)
    print(f"a search, ms {'':16} {_FEW:>10,} {notes:>12,}  ratio")
    for name, of in (("median", median), ("p95", lambda times: quantiles(times, n=20)[-1])):
        less, more = of(taken[few]), of(taken[many])
        print(f"{name:30} {less:10.2f} {more:12.2f}  {more / less:5.2f}")


def _search(database: Database, text: str) -> None:
    with database.transaction() as store:
        search(store, "c1", Sought(_FACILITY, text, frozenset({"proposed"}), 20))


if __name__ == "__main__":
    main()
