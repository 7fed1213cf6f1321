"""Mutation of the shipped tables: change a cell, leave out a line, and see whether lint or a test notices.

`python -m tests.table_mutation` prints the score of every table, and what survived.
"""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from service.mapping.documented.stands import group
from service.mapping.files.findings import Report
from service.mapping.lint.check import read_and_check
from service.mapping.lint.rows import lint_rows
from service.mapping.lint.table_tests import differences_of, given, look_of, run_tests
from service.mapping.tables.compiler import compile_table
from service.mapping.tables.facts import domain_of
from service.mapping.tables.table_file import ANY

MAPPINGS = Path(__file__).parents[1] / "mappings"
CELLS = ("cell", "code", "unit size")
LINES = ("gate", "evidence", "modifiers", "add_ons", "overlays", "hold", "confirm")


class Shipped:
    """The shipped mappings, read once."""

    def __init__(self):
        self.checked = read_and_check(MAPPINGS)
        self.names = [source.name for source in self.checked.tables]

    def source(self, name):
        return next(source for source in self.checked.tables if source.name == name)

    def survivors(self, name, kinds=CELLS):
        """(how many mutants, those that nothing notices)."""
        source = self.source(name)
        documented = self._documented(source.file)
        count, alive = 0, []
        for kind, what, file in mutants(source.file, self.checked.lookups):
            if kind in kinds:
                count += 1
                if not self._noticed(replace(source, file=file), documented):
                    alive.append(f"{kind}: {what}")
        return count, alive

    def _documented(self, file):
        """The tests that set no switch, and what each documents: the same for all mutants."""
        tests = [test for test in file.tests if not test.switches]
        return [(test, group(given(file.base, test.given, self.checked.vocabulary))) for test in tests]

    def _noticed(self, source, documented):
        lookups, vocabulary = self.checked.lookups, self.checked.vocabulary
        domains = {name: domain_of(fact, lookups) for name, fact in source.file.facts.items()}
        report = Report(source.lines)
        lint_rows(source.file, domains, report)
        if any(finding.severity == "error" for finding in report.findings):
            return True
        try:
            table = compile_table(source, vocabulary, lookups)
            # One that fails is enough; all are run where none of these does.
            came = ((test, look_of(table, found).proposal) for test, found in documented)
            failed = any(any(differences_of(test, proposal)) for test, proposal in came)
            return failed or bool(run_tests(source, vocabulary, lookups))
        except (KeyError, StopIteration, ValueError):
            return True  # it does not even compile


def mutants(file, lookups):
    """Every way to change one cell, and to leave out one line."""
    if file.decide is not None:
        yield from _cells(file, lookups)
    for name, conditions in file.applies_when.items():
        for number in range(len(conditions)):
            left = conditions[:number] + conditions[number + 1 :]
            gate = {**file.applies_when, name: left}
            yield "gate", f"{name} left out", file.model_copy(update={"applies_when": gate})
    for name, fact in file.facts.items():
        for number, line in enumerate(fact.evidence):
            less = fact.model_copy(update={"evidence": fact.evidence[:number] + fact.evidence[number + 1 :]})
            facts = {**file.facts, name: less}
            what = f"{name}[{number}] {line.then if line.then is not None else line.ask} left out"
            yield "evidence", what, file.model_copy(update={"facts": facts})
    for section in ("modifiers", "add_ons", "overlays", "hold", "confirm"):
        lines = getattr(file, section)
        for number in range(len(lines)):
            less = lines[:number] + lines[number + 1 :]
            yield section, f"[{number}] left out", file.model_copy(update={section: less})


def _cells(file, lookups):
    domains = [domain_of(file.facts[name], lookups) for name in file.decide.facts]
    codes = [*sorted({file.decide.code(row) for row in file.decide.rows} - {""}), "99999"]
    for number, row in enumerate(file.decide.rows):
        for column, cell in enumerate(row.cells):
            if column < len(domains):
                kind, others = "cell", [*domains[column], ANY]
            elif column == len(domains):
                kind, others = "code", codes
            else:
                kind, others = "unit size", [cell * 2]
            for other in others:
                if other == cell and type(other) is type(cell):
                    continue
                cells = (*row.cells[:column], other, *row.cells[column + 1 :])
                rows = list(file.decide.rows)
                rows[number] = row.model_copy(update={"cells": cells})
                changed = file.decide.model_copy(update={"rows": tuple(rows)})
                ranked = (*file.rank, other) if kind == "code" and other not in file.rank else file.rank
                if kind == "code":
                    ranked = tuple(code for code in ranked if code in {changed.code(each) for each in rows})
                what = f"row {number + 1} {cell} -> {other}"
                yield kind, what, file.model_copy(update={"decide": changed, "rank": ranked})


def main():
    shipped = Shipped()
    total = defaultdict(lambda: [0, 0])
    for name in shipped.names:
        for kinds in (CELLS, LINES):
            count, alive = shipped.survivors(name, kinds)
            total[kinds][0] += count
            total[kinds][1] += count - len(alive)
            print(
                f"{name}: {'cells' if kinds is CELLS else 'lines'}: {count - len(alive)} of {count} noticed"
            )
            for what in alive:
                print(f"    {what}")
    for kinds, (count, noticed) in total.items():
        print(f"all {'cells' if kinds is CELLS else 'lines'}: {noticed} of {count}: {noticed / count:.1%}")


if __name__ == "__main__":
    main()
