"""Compile a table: from what an analyst wrote to closures that answer in microseconds."""

from collections.abc import Iterable, Mapping

from service.mapping.conditions import AllOf
from service.mapping.evaluate import SERVICE_DATE, Table
from service.mapping.facts import compile_fact, elements_of
from service.mapping.gate import compile_gate
from service.mapping.rows import compile_rows
from service.mapping.stands import DERIVED, inputs_of, stand_of
from service.mapping.tables import (
    SWITCH,
    AskLine,
    Conditions,
    LookupFile,
    ModifierLine,
    TableFile,
    TableSource,
    settle_switches,
)
from service.mapping.vocabulary import Vocabulary

Lookups = Mapping[str, LookupFile]


def compile_table(
    source: TableSource, vocabulary: Vocabulary, lookups: Lookups, site: Mapping[str, str] | None = None
) -> Table:
    """Make a table ready to be asked. It has been linted: what it names exists."""
    file = source.file
    settings = {name: (site or {}).get(name, switch.default) for name, switch in file.switches.items()}
    used = used_elements(file)
    facts = tuple(
        compile_fact(name, file.facts[name], vocabulary, lookups, settings)
        for name in file.decide.columns[:-1]
    )
    return Table(
        source.name,
        source.hash,
        concerns=frozenset(file.concerns),
        deciding=frozenset(inputs_of(deciding_elements(file))),
        readers=tuple((name, stand_of(vocabulary.element(name))) for name in sorted(inputs_of(used))),
        derived=tuple(sorted(used & DERIVED.keys())),
        gate=compile_gate(file.applies_when, vocabulary),
        facts=facts,
        rows=compile_rows(file.decide, file.effective, (fact.domain for fact in facts)),
        modifiers=_lines(((line.if_, line.add) for line in file.modifiers), vocabulary, settings),
        hold=_lines(((line.if_, line.ask) for line in file.hold), vocabulary, settings),
        confirm=_lines(((line.if_, line.ask) for line in file.confirm), vocabulary, settings),
        wording=file.questions,
        units=file.units.fixed,
    )


def all_conditions(file: TableFile) -> Iterable[tuple[tuple[str | int, ...], Conditions]]:
    """Return every `if` of a table with the path of its keys in the file."""
    for name, fact in file.facts.items():
        for number, line in enumerate(fact.evidence):
            yield ("facts", name, "evidence", number, "if"), line.if_
    tail: tuple[tuple[str, tuple[ModifierLine | AskLine, ...]], ...] = (
        ("modifiers", file.modifiers),
        ("hold", file.hold),
        ("confirm", file.confirm),
    )
    for section, lines in tail:
        for number, each in enumerate(lines):
            yield (section, number, "if"), each.if_


def deciding_elements(file: TableFile) -> set[str]:
    """Return the elements on which the code hangs: those of the gate, the facts and the holds."""
    looked_up = {fact.lookup.element for fact in file.facts.values() if fact.lookup}
    named = {
        name
        for path, conditions in all_conditions(file)
        if path[0] in ("facts", "hold")
        for name in conditions
        if not name.startswith(SWITCH)
    }
    return named | looked_up | set(file.applies_when)


def used_elements(file: TableFile) -> set[str]:
    """Return every element that a table looks at."""
    looked_up = {fact.lookup.element for fact in file.facts.values() if fact.lookup}
    named = {name for _path, conditions in all_conditions(file) for name in conditions}
    return (
        {name for name in named if not name.startswith(SWITCH)}
        | looked_up
        | {*file.applies_when, SERVICE_DATE}
    )


def _lines(
    written: Iterable[tuple[Conditions, str]], vocabulary: Vocabulary, settings: Mapping[str, str]
) -> tuple[tuple[AllOf, str], ...]:
    settled = ((settle_switches(conditions, settings), outcome) for conditions, outcome in written)
    return tuple(
        (AllOf(elements_of(conditions, vocabulary), conditions), outcome)
        for conditions, outcome in settled
        if conditions
    )
