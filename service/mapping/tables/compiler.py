"""Compile a table: from what an analyst wrote to closures that answer in microseconds."""

from collections.abc import Iterable, Mapping, Sequence

from service.domain.documentation import Value
from service.mapping.documented.stands import DERIVED, inputs_of, stand_of
from service.mapping.documented.vocabulary import Vocabulary
from service.mapping.tables.conditions import AllOf, Lines, Then, on_days
from service.mapping.tables.drafts import CompiledAddOn, CompiledModifier, CompiledOverlay, Overlays
from service.mapping.tables.facts import CompiledFact, compile_fact, elements_of
from service.mapping.tables.gate import compile_gate
from service.mapping.tables.joiner import Joiner
from service.mapping.tables.lesser import AskedOfLesser
from service.mapping.tables.quantity import compile_units
from service.mapping.tables.rows import compile_rows
from service.mapping.tables.table import SERVICE_DATE, Table, Wording
from service.mapping.tables.table_file import SWITCH, LookupFile, TableFile, TableSource, settle_switches
from service.mapping.tables.tail import (
    NO_CODE,
    SAME_CODE,
    AddOn,
    AskLine,
    Conditions,
    ModifierLine,
    Overlay,
    Units,
)
from service.mapping.tables.view import Readers, Summed, each_of

Lookups = Mapping[str, LookupFile]


def compile_table(
    source: TableSource, vocabulary: Vocabulary, lookups: Lookups, site: Mapping[str, str] | None = None
) -> Table:
    """Make a table ready to be asked. It has been linted: what it names exists."""
    file = source.file
    settings = {name: (site or {}).get(name, switch.default) for name, switch in file.switches.items()}
    facts = tuple(
        compile_fact(name, file.facts[name], vocabulary, lookups, settings) for name in file.decide.facts
    )
    return Table(
        source.name,
        source.lines.hash,
        concerns=tuple(concerns_of(file)),
        never_with=frozenset(file.never_with),
        deciding=frozenset(inputs_of(deciding_elements(file))),
        readers=readers_of(used_elements(file), vocabulary),
        each=each_of(file.each, vocabulary),
        gate=compile_gate(file.applies_when, vocabulary),
        facts=facts,
        rows=compile_rows(
            file.decide, file.effective, (fact.domain for fact in facts), follows=source.follows
        ),
        summed=_summed(file, facts),
        joiner=_joiner(source, vocabulary, settings),
        hold=_lines(((line.if_, line.ask) for line in file.hold), vocabulary, settings),
        confirm=_lines(
            ((line.if_, (line.ask, frozenset(line.on))) for line in file.confirm), vocabulary, settings
        ),
        wording=Wording(source.name, file.questions),
        lesser=AskedOfLesser(rule, file.questions.get(rule.ask, ""))
        if (rule := file.combine.lesser)
        else None,
    )


def concerns_of(file: TableFile) -> Iterable[tuple[str, Value | None]]:
    """Return each element and value that a table has something to say about; None = any."""
    for name, values in file.concerns.items():
        yield from ((name, None),) if values == "any" else ((name, value) for value in values)


def readers_of(used: set[str], vocabulary: Vocabulary) -> Readers:
    direct = {name: stand_of(vocabulary.element(name)) for name in sorted(inputs_of(used))}
    return Readers(direct, tuple(sorted(used & DERIVED.keys())))


def _summed(file: TableFile, facts: tuple[CompiledFact, ...]) -> Summed | None:
    if file.sum is None:
        return None
    columns = tuple(file.decide.facts.index(name) for name in file.sum.by)
    return Summed(file.sum.element, columns, facts, file.sum.also)


def _joiner(source: TableSource, vocabulary: Vocabulary, settings: Mapping[str, str]) -> Joiner:
    file = source.file

    def ready(line: AddOn | ModifierLine | Overlay) -> AllOf | None:
        settled = settle_switches(line.if_, settings)
        in_days = on_days(line.days.holds, ends=line.days.to is not None)
        more = ((SERVICE_DATE, in_days),) if line.days.bounded else ()
        return None if settled is None else AllOf(elements_of(settled, vocabulary), settled, more)

    return Joiner(
        source.name,
        fact_names=file.decide.facts,
        gate_names=tuple(file.applies_when),
        quantity=compile_units(file.units),
        highest=file.combine.primary == "highest",
        rank={code: place for place, code in enumerate(file.rank)},
        further=file.combine.further,
        most=file.combine.most,
        most_a_day=file.combine.most_a_day,
        add_ons=tuple(
            CompiledAddOn(
                "" if line.code == SAME_CODE else line.code,
                frozenset(line.to),
                test,
                None if line.units == "same" else compile_units(line.units),
                line.add,
                AllOf(elements_of(line.unless, vocabulary), line.unless) if line.unless else None,
            )
            for line in file.add_ons
            if (test := ready(line))
        ),
        overlays=Overlays(
            tuple(
                CompiledOverlay(line.name, test, {old: _or_none(new) for old, new in line.codes.items()})
                for line in file.overlays
                if (test := ready(line))
            )
        ),
        modifiers=tuple(
            CompiledModifier(line.add, test, frozenset(line.on))
            for line in file.modifiers
            if (test := ready(line))
        ),
    )


def _or_none(code: str) -> str:
    return "" if code == NO_CODE else code


def all_conditions(file: TableFile) -> Iterable[tuple[tuple[str | int, ...], Conditions]]:
    """Return every `if` of a table with the path of its keys in the file."""
    for name, fact in file.facts.items():
        for number, line in enumerate(fact.evidence):
            yield ("facts", name, "evidence", number, "if"), line.if_
    tail: tuple[tuple[str, Sequence[ModifierLine | AskLine | AddOn | Overlay]], ...] = (
        ("add_ons", file.add_ons),
        ("overlays", file.overlays),
        ("modifiers", file.modifiers),
        ("hold", file.hold),
        ("confirm", file.confirm),
    )
    for section, lines in tail:
        for number, each in enumerate(lines):
            yield (section, number, "if"), each.if_
    for number, add_on in enumerate(file.add_ons):
        yield ("add_ons", number, "unless"), add_on.unless


def deciding_elements(file: TableFile) -> set[str]:
    """Return the elements on which the code hangs: those of the gate, the facts, the holds, the units."""
    named = {
        name
        for path, conditions in all_conditions(file)
        if path[0] in ("facts", "hold", "overlays")
        for name in conditions
        if not name.startswith(SWITCH)
    }
    return named | _measured(file) | set(file.applies_when)


def used_elements(file: TableFile) -> set[str]:
    """Return every element that a table looks at."""
    named = {name for _path, conditions in all_conditions(file) for name in conditions}
    added = {line.units.of for line in file.add_ons if isinstance(line.units, Units) and line.units.of}
    added.update(file.sum.also if file.sum else ())
    return (
        {name for name in named if not name.startswith(SWITCH)}
        | _measured(file)
        | added
        | {*file.applies_when, SERVICE_DATE}
    )


def _measured(file: TableFile) -> set[str]:
    """Return what is looked up, brought to bands, added up, or counted."""
    found = {fact.lookup.element for fact in file.facts.values() if fact.lookup}
    found |= {fact.bands.element for fact in file.facts.values() if fact.bands}
    return found | {name for name in (file.units.of, file.sum.element if file.sum else "") if name}


def _lines(
    written: Iterable[tuple[Conditions, Then]], vocabulary: Vocabulary, settings: Mapping[str, str]
) -> Lines[Then]:
    settled = ((settle_switches(conditions, settings), outcome) for conditions, outcome in written)
    return Lines(
        (AllOf(elements_of(conditions, vocabulary), conditions), outcome)
        for conditions, outcome in settled
        if conditions
    )
