"""Lint of an algorithm's file, and its tests run."""

from collections.abc import Iterator

from service.mapping.documented.stands import group
from service.mapping.documented.vocabulary import Vocabulary
from service.mapping.files.findings import Finding, Report
from service.mapping.files.yaml_fault import nearest
from service.mapping.lint.conditions import Use, condition_faults
from service.mapping.lint.table_tests import differences_of, given, switch_faults
from service.mapping.lint.text import descriptor_like, leading
from service.mapping.tables.algorithms import AlgorithmSource, askable_of, compile_algorithm
from service.mapping.tables.evaluate import Tables
from service.mapping.tables.infusion import ROLES
from service.mapping.tables.table import SERVICE_DATE, Look


def lint_algorithm(source: AlgorithmSource, vocabulary: Vocabulary) -> list[Finding]:
    """Return what is wrong with the configuration, its tests apart."""
    report = Report(source.lines)
    file = source.file
    for role in file.codes:
        if role not in ROLES:
            report.error(f"there is no role {role!r}{nearest(role, ROLES)}", "codes", role)
    if missing := [role for role in ROLES if role not in file.codes]:
        report.error(f"no code for {', '.join(missing)}", "codes")
    for name in file.concerns:
        if name not in vocabulary:
            report.error(f"unknown element {name!r}{nearest(name, vocabulary.names)}", "concerns", name)
    _lint_conditions(source, vocabulary, report)
    _lint_wording(source, vocabulary, report)
    return report.findings


def _lint_conditions(source: AlgorithmSource, vocabulary: Vocabulary, report: Report) -> None:
    for name, conditions in source.file.applies_when.items():
        for condition in conditions:
            for fault in condition_faults(name, condition, vocabulary, Use.GATE):
                report.error(fault, "applies_when", name)
    for number, line in enumerate(source.file.not_charged):
        for name, condition in line.items():
            for fault in condition_faults(name, condition, vocabulary, Use.SETTLE):
                report.error(fault, "not_charged", number, name)


def _lint_wording(source: AlgorithmSource, vocabulary: Vocabulary, report: Report) -> None:
    file = source.file
    for name in sorted({*askable_of(file), SERVICE_DATE} - file.questions.keys()):
        report.error(f"{name} can be asked about and has no wording", "questions")
    for name, wording in file.questions.items():
        for fault in leading(wording, vocabulary.element(name) if name in vocabulary else None):
            report.error(f"leading question: {fault}", "questions", name)
    for section, texts in (("sources", file.sources), ("unsettled", file.unsettled)):
        for number, text in enumerate(texts):
            if descriptor_like(text):
                report.error("too many words beside a code", section, number)


def run_algorithm_tests(source: AlgorithmSource, vocabulary: Vocabulary) -> list[Finding]:
    """Run its tests; every code must be reached by one, and once nothing must come."""
    report = Report(source.lines)
    looks = list(_looks(source, vocabulary, report))
    reached = {row for look in looks for row in look.reached}
    for place, (role, code) in enumerate(source.file.codes.items(), 1):
        if place not in reached:
            report.error(f"{role} ({code}) has no test that reaches it", "codes", role)
    if all(look.proposal for look in looks):
        report.error("no test in which it says nothing", "tests")
    return report.findings


def _looks(source: AlgorithmSource, vocabulary: Vocabulary, report: Report) -> Iterator[Look]:
    for number, test in enumerate(source.file.tests):
        if faults := list(switch_faults(test, source.file.switches)):
            report.error(f"test {test.name!r}: {'; '.join(faults)}", "tests", number)
            continue
        table = compile_algorithm(source, vocabulary, test.switches)
        found = group(given(source.file.base, test.given, vocabulary))
        look = table.look(found) if Tables([table]).concerned(found, frozenset()) else Look()
        for difference in differences_of(test, look.proposal):
            report.failed_test(f"test {test.name!r}: {difference}", "tests", number)
        yield look
