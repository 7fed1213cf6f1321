"""Lint: what a table names exists, is used as its type allows, and can be asked about.

Everything is decidable, because the vocabulary's lists are closed. What lint passes, compiles.
"""

from collections.abc import Iterator, Mapping, Sequence

from service.domain.errors import MappingError
from service.mapping.documented.stands import DERIVED
from service.mapping.documented.vocabulary import Vocabulary
from service.mapping.files.findings import Finding, Report
from service.mapping.files.yaml_fault import nearest
from service.mapping.files.yaml_file import Lines
from service.mapping.lint.conditions import Use, condition_faults, switch_fault
from service.mapping.lint.items import lint_items, quantities
from service.mapping.lint.rows import lint_rows
from service.mapping.lint.text import lint_text
from service.mapping.tables.compiler import all_conditions
from service.mapping.tables.facts import domain_of
from service.mapping.tables.table import SERVICE_DATE
from service.mapping.tables.table_file import ASK, SWITCH, Fact, LookupFile, TableFile, TableSource
from service.mapping.tables.tail import AddOn, ModifierLine, Overlay

KeyPath = tuple[str | int, ...]
Lookups = Mapping[str, LookupFile]


def lint_table(source: TableSource, vocabulary: Vocabulary, lookups: Lookups) -> list[Finding]:
    """Return what is wrong with a table, its tests apart."""
    report = Report(source.lines)
    file = source.file
    _lint_names(file, vocabulary, report)
    _lint_conditions(file, vocabulary, report)
    lint_items(file, vocabulary, report)
    for name, fact in file.facts.items():
        if fact.lookup:
            _lint_lookup_use(name, fact, file, lookups, vocabulary, report)
    if not report.findings:  # the rest takes it that all names are right
        lint_rows(file, {name: domain_of(fact, lookups) for name, fact in file.facts.items()}, report)
        _lint_questions(file, report)
    lint_text(file, vocabulary, report)
    return report.findings


def lint_lookup(lookup: LookupFile, lines: Lines, vocabulary: Vocabulary) -> list[Finding]:
    """Return what is wrong with a lookup: every value of its element stands in it once."""
    report = Report(lines)
    if lookup.element not in vocabulary:
        report.error(
            f"unknown element {lookup.element!r}{nearest(lookup.element, vocabulary.names)}", "element"
        )
        return report.findings
    known = [str(value) for value in vocabulary.element(lookup.element).values]
    seen: set[str] = set()
    for path, value in _looked_up(lookup):
        if value not in known:
            report.error(f"{value!r} is not a value of {lookup.element}{nearest(value, known)}", *path)
        elif value in seen:
            report.error(f"{value!r} stands in this lookup twice", *path)
        seen.add(value)
    if missing := [value for value in known if value not in seen]:
        report.error(
            f"does not say what these mean: {', '.join(missing[:8])}; or put them under ask", "values"
        )
    return report.findings


def _looked_up(lookup: LookupFile) -> Iterator[tuple[KeyPath, str]]:
    for outcome, values in lookup.values.items():
        for number, value in enumerate(values):
            yield ("values", outcome, number), value
    for value in lookup.by_switch:
        yield ("by_switch", value), value
    for number, value in enumerate(lookup.ask):
        yield ("ask", number), value


def _lint_names(file: TableFile, vocabulary: Vocabulary, report: Report) -> None:
    """Elements named outside conditions are documented ones: derived and context ones nobody can document."""
    for path, name in _named(file):
        try:
            role = vocabulary.element(name).role
        except MappingError as error:
            report.error(error.problem, *path)
            continue
        if role != "documented":
            report.error(f"{name} is {role}: it cannot be asked about", *path)


def _named(file: TableFile) -> Iterator[tuple[KeyPath, str]]:
    yield from ((("concerns", name), name) for name in file.concerns)
    yield from ((("applies_when", name), name) for name in file.applies_when)
    yield from ((("questions", name), name) for name in file.questions)
    yield from _named_in_tail(file)
    if file.combine.lesser:
        yield ("combine", "lesser", "ask"), file.combine.lesser.ask
    for section, lines in (("hold", file.hold), ("confirm", file.confirm)):
        yield from (((section, number, "ask"), line.ask) for number, line in enumerate(lines))
    for fact, each in file.facts.items():
        yield from (
            (("facts", fact, "ask_about", number), name) for number, name in enumerate(each.ask_about)
        )
        for number, evidence in enumerate(each.evidence):
            if evidence.ask:
                yield ("facts", fact, "evidence", number, "ask"), evidence.ask


def _named_in_tail(file: TableFile) -> Iterator[tuple[KeyPath, str]]:
    sections: tuple[tuple[str, Sequence[ModifierLine | AddOn | Overlay]], ...] = (
        ("modifiers", file.modifiers),
        ("add_ons", file.add_ons),
        ("overlays", file.overlays),
    )
    for section, lines in sections:
        for number, line in enumerate(lines):
            yield from (
                ((section, number, "if", name), name) for name in line.if_ if not is_settled_apart(name)
            )


def is_settled_apart(name: str) -> bool:
    """Whether a name in a condition is of no documented element: a switch, or computed from others."""
    return name.startswith(SWITCH) or name in DERIVED


def _lint_conditions(file: TableFile, vocabulary: Vocabulary, report: Report) -> None:
    for name, conditions in file.applies_when.items():
        for number, condition in enumerate(conditions):
            # Lines.at stays at the name where a single condition is not written as a list.
            for fault in condition_faults(name, condition, vocabulary, Use.GATE):
                report.error(fault, "applies_when", name, number)
    for path, written in all_conditions(file):
        for name, condition in written.items():
            if name.startswith(SWITCH):
                faults = switch_fault(name.removeprefix(SWITCH), condition, file.switches)
            else:
                faults = condition_faults(name, condition, vocabulary, _use(path, file))
            for fault in faults:
                report.error(fault, *path, name)


def _use(path: KeyPath, file: TableFile) -> Use:
    """`unknown` may hold a code back or raise a question; it may not settle anything."""
    if path[0] in ("hold", "confirm"):
        return Use.ASK
    if path[0] == "facts" and file.facts[str(path[1])].evidence[int(path[3])].ask:
        return Use.ASK
    return Use.SETTLE


def _lint_lookup_use(
    name: str, fact: Fact, file: TableFile, lookups: Lookups, vocabulary: Vocabulary, report: Report
) -> None:
    path = ("facts", name, "lookup")
    use = fact.lookup
    assert use is not None
    lookup = lookups.get(use.table)
    if lookup is None:
        report.error(f"there is no lookup {use.table!r}{nearest(use.table, lookups)}", *path, "table")
    elif use.element not in vocabulary:
        report.error(
            f"unknown element {use.element!r}{nearest(use.element, vocabulary.names)}", *path, "element"
        )
    elif lookup.element not in vocabulary:
        return  # told where the lookup is linted
    elif vocabulary.element(use.element).values != vocabulary.element(lookup.element).values:
        report.error(f"{use.table} looks up {lookup.element}, whose values are others", *path, "element")
    else:
        for value, switch in lookup.by_switch.items():
            outcomes = {ASK, *lookup.values}
            if switch not in file.switches:
                report.error(f"{use.table} leaves {value} to the switch {switch!r}, which is not here", *path)
            elif not outcomes.issuperset(file.switches[switch].values):
                report.error(f"switch {switch} has values that {use.table} does not know", "switches", switch)


def _lint_questions(file: TableFile, report: Report) -> None:
    askable = _askable(file)
    for name in sorted(askable - file.questions.keys()):
        report.error(f"{name} can be asked about and has no wording", "questions")
    for name in file.questions:
        if name not in askable:
            report.warning(f"{name} is never asked about", "questions", name)


def _askable(file: TableFile) -> set[str]:
    """Return all that a question may be about: what may be missing, and what may be documented twice."""
    askable = {SERVICE_DATE, *file.applies_when, *quantities(file).values()}
    for fact in file.facts.values():
        askable.update(fact.ask_about, (line.ask for line in fact.evidence if line.ask))
        askable.update(name for line in fact.evidence if not line.ask for name in line.if_)
        askable.update([fact.lookup.element] if fact.lookup else ())
    askable.update(line.ask for line in (*file.hold, *file.confirm))
    askable.update([file.combine.lesser.ask] if file.combine.lesser else ())
    for lines in (file.modifiers, file.add_ons, file.overlays):
        askable.update(name for line in lines for name in line.if_)
    askable.update(name for line in file.add_ons for name in line.unless)
    return {name for name in askable if not name.startswith(SWITCH) and name not in DERIVED}
