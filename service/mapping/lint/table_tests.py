"""The tests that stand in a table, run: an analyst's own examples, and the proof that each row works."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.domain.charge import Proposal
from service.domain.documentation import Documentation
from service.domain.errors import UnreadableInput
from service.mapping.documented.elements import documentation_from_json
from service.mapping.documented.stands import group
from service.mapping.documented.vocabulary import Vocabulary
from service.mapping.files.findings import Finding, Report
from service.mapping.files.yaml_fault import nearest
from service.mapping.tables.compiler import compile_table
from service.mapping.tables.evaluate import Tables
from service.mapping.tables.table import Look, Table
from service.mapping.tables.table_file import LookupFile, Switch, TableSource, TableTest
from service.mapping.tables.view import Found

_NOTHING = Proposal("", "")


def run_tests(
    source: TableSource, vocabulary: Vocabulary, lookups: Mapping[str, LookupFile]
) -> list[Finding]:
    """Run a table's tests; every row must be reached by one, and the table must once fire and once not."""
    report = Report(source.lines)
    compiled: dict[tuple[tuple[str, str], ...], Table] = {}
    reached: set[int] = set()
    silent = False
    for number, test in enumerate(source.file.tests):
        if faults := list(switch_faults(test, source.file.switches)):
            report.error(f"test {test.name!r}: {'; '.join(faults)}", "tests", number)
            continue
        site = tuple(sorted(test.switches.items()))
        if site not in compiled:
            compiled[site] = compile_table(source, vocabulary, lookups, test.switches)
        look = _run(number, test, source, compiled[site], vocabulary, report)
        reached.update(look.reached)
        silent = silent or look.proposal is None
    _lint_coverage(source, reached, report, silent=silent)
    return report.findings


def _run(
    number: int, test: TableTest, source: TableSource, table: Table, vocabulary: Vocabulary, report: Report
) -> Look:
    try:
        documentation = given(source.file.base, test.given, vocabulary)
    except UnreadableInput as error:
        report.error(f"test {test.name!r}: {error}", "tests", number, "given")
        return Look()
    look = look_of(table, group(documentation))
    for difference in differences_of(test, look.proposal):
        report.failed_test(f"test {test.name!r}: {difference}", "tests", number)
    return look


def look_of(table: Table, found: Found) -> Look:
    """What a table says by itself; nothing where it is not concerned."""
    return table.look(found) if Tables([table]).concerned(found, frozenset()) else Look()


def documented_by_tests(
    sources: Iterable[TableSource], vocabulary: Vocabulary
) -> Iterator[tuple[str, Documentation]]:
    """Yield what every test of these tables documents, by table and name."""
    for source in sources:
        for test in source.file.tests:
            yield f"{source.name}: {test.name}", given(source.file.base, test.given, vocabulary)


def given(base: Mapping[str, Any], own: Mapping[str, Any], vocabulary: Vocabulary) -> Documentation:
    """Lay what a test documents over the base of the table; null takes an element away."""
    (documentation,) = documentation_from_json(vocabulary, {"elements": {**base, **own}})
    return documentation


def differences_of(test: TableTest, proposal: Proposal | None) -> Iterator[str]:
    """Say how what came out, perhaps nothing, differs from what was expected."""
    return differences(test, proposal or _NOTHING)


def differences(test: TableTest, proposal: Proposal) -> Iterator[str]:
    """Say how what came out differs from what was expected."""
    blocking = [question for question in proposal.questions if question.blocking]
    came: dict[str, list[str]] = {
        "codes": [candidate.code for candidate in proposal.candidates],
        "modifiers": [modifier for candidate in proposal.candidates for modifier in candidate.modifiers],
        "asks": sorted(question.element for question in blocking),
        "candidates": sorted({code for question in blocking for code in question.between}),
        "confirms": sorted(question.element for question in proposal.questions if not question.blocking),
    }
    wanted: dict[str, list[str] | None] = {
        "codes": list(test.expect),
        "modifiers": list(test.modifiers),
        "asks": sorted(test.asks),
        "candidates": sorted(test.candidates) if test.candidates else None,
        "confirms": None if test.confirms is None else sorted(test.confirms),
    }
    for name, expected in wanted.items():
        if expected is not None and came[name] != expected:
            yield f"{name}: expected {_said(expected)}, came {_said(came[name])}"
    units = [candidate.units for candidate in proposal.candidates]
    wanted_units = list(test.units) or [1] * len(units)
    if units != wanted_units:
        yield f"units: expected {_said(map(str, wanted_units))}, came {_said(map(str, units))}"


def _said(values: Iterable[str]) -> str:
    return ", ".join(values) or "none"


def switch_faults(test: TableTest, switches: Mapping[str, Switch]) -> Iterator[str]:
    """Say which switches a test sets that are not there, or to what they cannot be."""
    for name, value in test.switches.items():
        if name not in switches:
            yield f"unknown switch {name!r}{nearest(name, switches)}"
        elif value not in switches[name].values:
            yield f"{value!r} is not a value of switch {name}{nearest(value, switches[name].values)}"


def _lint_coverage(source: TableSource, reached: set[int], report: Report, *, silent: bool) -> None:
    for number in range(len(source.file.decide.rows)):
        if number + 1 not in reached:
            report.error(f"row {number + 1} has no test that reaches it", "decide", "rows", number)
    if not reached:
        report.error("no test in which the table proposes a code", "tests")
    if not silent:
        report.error("no test in which the table says nothing (expect: [], no asks)", "tests")
