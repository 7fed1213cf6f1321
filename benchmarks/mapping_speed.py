"""How the cost of one procedure grows with the tables: `python -m benchmarks.mapping_speed`.

Ten thousand rows over five hundred tables may cost at most twice what a hundred rows over five cost: a
procedure is held only against the tables that it concerns.
"""

import tempfile
import timeit
from pathlib import Path

from service.domain.documentation import Documentation
from service.mapping import Tables, documentation_from_json, propose
from service.mapping.documented.vocabulary import Vocabulary, read_vocabulary
from service.mapping.lint.table import lint_table
from service.mapping.tables.compiler import compile_table
from service.mapping.tables.table import Table
from service.mapping.tables.table_file import read_table

MAPPINGS = Path(__file__).parents[1] / "mappings"
AIM = 2.0
ROWS = 20  # a table
FEW, MANY = 5, 500  # tables
_ROUNDS = 7
_CALLS = 2_000


def _text(number: int) -> str:
    bands = ", ".join(f"b{n}: {n * 10}" for n in range(1, ROWS)) + f", b{ROWS}: null"
    rows = "\n".join(f'    - [b{n}, "{10000 + number * ROWS + n:05d}"]' for n in range(1, ROWS + 1))
    rank = ", ".join(f'"{10000 + number * ROWS + n:05d}"' for n in range(1, ROWS + 1))
    return f"""format: table/1
title: Table {number}
owner: nobody
effective: {{from: 2017-01-01}}
concerns: {{dx: [{_diagnosis(number)}]}}
applies_when:
  status: {{eq: completed}}
  dx: {{any_of: [{_diagnosis(number)}]}}
facts:
  minutes:
    ask_about: labor.minutes
    bands: {{element: labor.minutes, up_to: {{{bands}}}}}
decide:
  hit: unique
  columns: [minutes, code]
  rows:
{rows}
rank: [{rank}]
questions:
  status: "Please state how far the procedure went."
  dx: "Please state the diagnoses."
  labor.minutes: "Please state how long it took."
  service_date: "Please state the date."
tests: []
"""


def _diagnosis(number: int) -> str:
    return f"A{number // 100:02d}.{number % 100:02d}"


def tables(count: int, vocabulary: Vocabulary) -> list[Table]:
    """Synthetic tables with impossible codes."""
    made = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            path = Path(folder) / f"table-{number}.yaml"
            path.write_text(_text(number))
            source = read_table(path)
            assert not lint_table(source, vocabulary, {})
            made.append(compile_table(source, vocabulary, {}))
    return made


def cost(known: Tables, documentation: Documentation) -> float:
    """Seconds for one procedure, the best of several rounds."""
    return min(timeit.repeat(lambda: propose(known, documentation), number=_CALLS, repeat=_ROUNDS)) / _CALLS


def main() -> None:
    """Print the table."""
    vocabulary = read_vocabulary(MAPPINGS / "vocabulary.yaml")
    made = tables(MANY, vocabulary)
    record = {"service_date": "2026-03-02", "status": "completed", "labor.minutes": 95, "dx": [_diagnosis(2)]}
    (documentation,) = documentation_from_json(vocabulary, {"elements": record})
    few, many = Tables(made[:FEW]), Tables(made)
    assert [c.code for p in propose(many, documentation) for c in p.candidates] == ["10050"]
    one, other = cost(few, documentation), cost(many, documentation)
    print("| tables | rows | microseconds a procedure | ratio | aim |")
    print("| --- | --- | --- | --- | --- |")
    print(f"| {FEW} | {FEW * ROWS} | {one * 1e6:.1f} | | |")
    print(f"| {MANY} | {MANY * ROWS:,} | {other * 1e6:.1f} | {other / one:.2f} | at most {AIM:.1f} |")


if __name__ == "__main__":
    main()
