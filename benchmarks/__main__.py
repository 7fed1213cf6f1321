"""`python -m benchmarks [--write] [--only receive|line]`: measure, print the tables, keep them."""

import argparse
import os
import sys
from pathlib import Path

from benchmarks import durable_receive, the_line
from benchmarks.deployments import embedded, scaled_out
from benchmarks.report import report

_RESULTS = Path(__file__).with_name("README.md")
#: Deployment -> messages of a round: some seconds each, the same number for every connection.
_LINES = {embedded: 6_400, scaled_out: 12_800}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--write", action="store_true", help=f"keep the result in {_RESULTS.name}")
    parser.add_argument("--only", choices=("receive", "line"), help="measure one of the two")
    given = parser.parse_args()
    if given.write and given.only:
        parser.error("--write keeps a whole run: leave out --only")
    load_before = os.getloadavg()[0]
    received = durable_receive.measure() if given.only != "line" else []
    lines = [the_line.measure(*line) for line in _LINES.items()] if given.only != "receive" else []
    told = report(received, lines, load_before)
    sys.stdout.write(told)
    if given.write:
        _RESULTS.write_text(told)


if __name__ == "__main__":
    main()
