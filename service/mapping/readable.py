"""Readable: a table as people read it, each thing that it says as a sentence."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.mapping.documented.stands import words
from service.mapping.explain import codes_of, said
from service.mapping.load import Mappings
from service.mapping.tables.algorithms import AlgorithmFile, AlgorithmSource
from service.mapping.tables.conditions import Condition
from service.mapping.tables.table_file import (
    ANY,
    Bands,
    Fact,
    LookupFile,
    Switch,
    TableFile,
    TableSource,
    TableTest,
)
from service.mapping.tables.tail import BY_ROW, NO_CODE, SAME_CODE, AddOn, Conditions, Units, Window

_NO_CODE = "no code"


@dataclass(frozen=True, slots=True)
class Part:
    """What a table says of one matter."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowText:
    """A row of the table: its cells as written."""

    number: int
    cells: tuple[str, ...]
    code: str
    days: str  # of service, for which it holds; "" = as long as the table


@dataclass(frozen=True, slots=True)
class Trying:
    """A test that the table carries."""

    name: str
    given: Mapping[str, Any]
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableText:
    """A table in words."""

    name: str
    title: str
    owner: str
    days: str
    codes: tuple[str, ...]
    sources: tuple[str, ...]
    unsettled: tuple[str, ...]
    switches: tuple[tuple[str, str, str], ...]  # name, what it is about, what this site says
    gate: tuple[str, ...]
    facts: tuple[Part, ...]
    columns: tuple[str, ...]
    rows: tuple[RowText, ...]
    tail: tuple[Part, ...]
    questions: tuple[tuple[str, str], ...]  # element, wording
    base: Mapping[str, Any]  # what every test documents, unless it says otherwise
    tests: tuple[Trying, ...]


def tables_in_words(mappings: Mappings) -> list[TableText]:
    """Every table and algorithm, in the order of their names."""
    tables = [_table(source, mappings) for source in mappings.sources]
    computed = [_algorithm(source, mappings) for source in mappings.algorithms]
    return sorted((*tables, *computed), key=lambda table: table.name)


def table_in_words(mappings: Mappings, name: str) -> TableText | None:
    """One of them; None where there is none of that name."""
    table = next((_table(source, mappings) for source in mappings.sources if source.name == name), None)
    return table or next(
        (_algorithm(each, mappings) for each in mappings.algorithms if each.name == name), None
    )


def _table(source: TableSource, mappings: Mappings) -> TableText:
    file = source.file
    return TableText(
        **_head(source, mappings.settings),
        codes=tuple(sorted(codes_of(file))),
        facts=tuple(Part(name, tuple(_fact(fact, mappings.lookups))) for name, fact in file.facts.items()),
        columns=file.decide.columns,
        rows=tuple(_rows(file)),
        tail=tuple(part for part in _tail(file) if part.sentences),
    )


def _algorithm(source: AlgorithmSource, mappings: Mappings) -> TableText:
    codes = source.file.codes.items()
    rows = (RowText(n, (role, code), code, "") for n, (role, code) in enumerate(codes, 1))
    return TableText(
        **_head(source, mappings.settings),
        codes=tuple(sorted(set(source.file.codes.values()))),
        facts=(),
        columns=("service", "code"),
        rows=tuple(rows),
        tail=tuple(_computed(source.file)),
    )


def _computed(file: AlgorithmFile) -> Iterator[Part]:
    yield Part("computed", ("by the hierarchy of infusions, pushes and injections, built in",))
    if file.not_charged:
        yield Part("not charged", tuple(map(_all, file.not_charged)))


def _head(source: TableSource | AlgorithmSource, settings: Mapping[str, str]) -> dict[str, Any]:
    """What tables and algorithms have in common."""
    file: TableFile | AlgorithmFile = source.file
    return {
        "name": source.name,
        "title": file.title,
        "owner": file.owner,
        "days": _days(file.effective),
        "sources": file.sources,
        "unsettled": file.unsettled,
        "switches": tuple(_switches(file.switches, settings)),
        "gate": tuple(
            f"{name} {_gated(each)}" for name, lines in file.applies_when.items() for each in lines
        ),
        "questions": tuple(file.questions.items()),
        "base": file.base,
        "tests": tuple(map(_test, file.tests)),
    }


def _switches(switches: Mapping[str, Switch], settings: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name, switch in switches.items():
        yield name, switch.title, settings.get(name, switch.default)


def _days(window: Window) -> str:
    if window.from_ and window.to:
        return f"{window.from_} to {window.to}"
    if window.from_:
        return f"from {window.from_}"
    return f"to {window.to}" if window.to else ""


def _gated(condition: Condition) -> str:
    """Say a condition of the gate, and what else it does than to let through or not."""
    more = []
    if condition.if_unknown:
        more.append("or is not documented")
    if condition.ask_if:
        more.append(f"(asked about where it is {', '.join(map(words, condition.ask_if))})")
    if condition.if_false:
        more.append("(asked about otherwise)")
    return " ".join((said(condition), *more))


def _all(conditions: Conditions) -> str:
    return " and ".join(f"{name} {said(condition)}" for name, condition in conditions.items())


def _fact(fact: Fact, lookups: Mapping[str, LookupFile]) -> Iterator[str]:
    for line in fact.evidence:
        outcome = words(line.then) if line.then is not None else f"ask about {line.ask}"
        yield f"{outcome}: {_all(line.if_)}"
    if fact.lookup and fact.lookup.table in lookups:
        lookup = lookups[fact.lookup.table]
        for outcome, values in lookup.values.items():
            yield f"{outcome}: {fact.lookup.element} is one of {', '.join(values)}"
        for value, switch in lookup.by_switch.items():
            yield f"as the switch {switch} says: {fact.lookup.element} is {value}"
    if fact.bands:
        yield from _bands(fact.bands)
    yield f"where it is open, ask about {', '.join(fact.ask_about)}"


def _bands(bands: Bands) -> Iterator[str]:
    for name, limit in bands.up_to.items():
        yield f"{name}: {bands.element} {'is more' if limit is None else f'is at most {limit:g}'}"


def _rows(file: TableFile) -> Iterator[RowText]:
    decide = file.decide
    for number, row in enumerate(decide.rows, 1):
        cells = [words(cell) for cell in row.cells]
        cells[len(decide.facts)] = decide.code(row) or _NO_CODE
        shown = tuple("any" if cell == ANY else cell for cell in cells)
        yield RowText(number, shown, decide.code(row), _days(row))


def _tail(file: TableFile) -> Iterator[Part]:
    parts: dict[str, Callable[[TableFile], Iterator[str]]] = {
        "how many": _quantity,
        "several at once": _several,
        "beside it": lambda file: (_add_on(each) for each in file.add_ons),
        "payers and settings": _overlays,
        "modifiers": _modifiers,
        "never beside it": lambda file: iter([", ".join(file.never_with)] if file.never_with else []),
        "asked first": lambda file: (f"{each.ask}: {_all(each.if_)}" for each in file.hold),
        "asked beside it": _confirmed,
    }
    for title, sentences in parts.items():
        yield Part(title, tuple(sentences(file)))


def _quantity(file: TableFile) -> Iterator[str]:
    yield f"units: {_units(file.units)}"
    if file.each:
        yield f"once for each of {file.each}"
    if file.sum:
        by = f", of those that agree in {', '.join(file.sum.by)}" if file.sum.by else ""
        yield f"{file.sum.element} is added up{by}"


def _units(units: Units) -> str:
    if units.fixed is not None:
        return str(units.fixed)
    beyond = f" beyond {units.beyond:g}" if units.beyond else ""
    size = "the size in the row" if units.per == BY_ROW else f"{units.per:g}"
    return f"{units.of}{beyond} by {size}, rounded {units.round.replace('_', ' ')}"


def _several(file: TableFile) -> Iterator[str]:
    combine = file.combine
    if combine.primary == "highest":
        yield "only the highest keeps its code"
    for first, further in combine.further.items():
        yield f"after the first {first}: {', '.join(further)}"
    for code, most in combine.most.items():
        yield f"{code}: at most {most}"
    for code, most in combine.most_a_day.items():
        yield f"{code}: at most {most} a day of one patient, over all procedures"
    if combine.lesser:
        yield f"beside all but the highest of {combine.lesser.family}, ask about {combine.lesser.ask}"


def _add_on(add_on: AddOn) -> str:
    code = "the same code" if add_on.code == SAME_CODE else add_on.code
    said_of_it = [f"{code}{f' with {add_on.add}' if add_on.add else ''} to {', '.join(add_on.to)}"]
    if add_on.if_:
        said_of_it.append(f"when {_all(add_on.if_)}")
    if add_on.unless:
        said_of_it.append(f"unless {_all(add_on.unless)}")
    if isinstance(add_on.units, Units):
        said_of_it.append(f"units: {_units(add_on.units)}")
    return "; ".join((*said_of_it, *filter(None, [_days(add_on.days)])))


def _overlays(file: TableFile) -> Iterator[str]:
    for overlay in file.overlays:
        codes = ", ".join(
            f"{old} becomes {_NO_CODE if new == NO_CODE else new}" for old, new in overlay.codes.items()
        )
        yield "; ".join(filter(None, (f"{codes}: {_all(overlay.if_)}", _days(overlay.days))))


def _modifiers(file: TableFile) -> Iterator[str]:
    for line in file.modifiers:
        on = f" on {', '.join(line.on)}" if line.on else ""
        yield "; ".join(filter(None, (f"{line.add}{on}: {_all(line.if_)}", _days(line.days))))


def _confirmed(file: TableFile) -> Iterator[str]:
    for line in file.confirm:
        on = f" beside {', '.join(line.on)}" if line.on else ""
        yield f"{line.ask}{on}: {_all(line.if_)}"


def _test(test: TableTest) -> Trying:
    units = f" x{','.join(map(str, test.units))}" if test.units else ""
    modifiers = "".join(f"-{each}" for each in test.modifiers)
    expected = [f"{', '.join(test.expect)}{modifiers}{units}"] if test.expect else []
    if test.asks:
        between = f" between {', '.join(test.candidates)}" if test.candidates else ""
        expected.append(f"asks about {', '.join(test.asks)}{between}")
    if test.confirms:
        expected.append(f"asks beside it about {', '.join(test.confirms)}")
    switches = {f"switch.{name}": value for name, value in test.switches.items()}
    return Trying(test.name, {**test.given, **switches}, tuple(expected) or ("nothing",))
