"""Explain: why the tables say what they say of one procedure; and why not another code.

Answers in plain sentences, each a line: what the gate asks and finds, what settled each fact, which rows are
left, and for a code that did not come what would have to be documented.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.domain.charge import Proposal
from service.domain.documentation import Documentation
from service.mapping.documented.stands import Stands, group, words
from service.mapping.load import Mappings
from service.mapping.tables.algorithms import AlgorithmFile, InfusionTable
from service.mapping.tables.conditions import ABSENT, CONFLICT, FALSE, TRUE, Condition
from service.mapping.tables.table import Judged, Look, Table
from service.mapping.tables.table_file import ANY, Fact, Row, TableFile
from service.mapping.tables.tail import codes_of_tail

_TRUTHS = {TRUE: "holds", CONFLICT: "must be asked", ABSENT: "is not documented", FALSE: "does not hold"}
_OPERATORS = {
    "eq": "is",
    "in": "is one of",
    "not_in": "is none of",
    "any_of": "names one of",
    "none_of": "names none of",
    "gte": "is at least",
    "lte": "is at most",
    "gt": "is more than",
    "lt": "is less than",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one table makes of a procedure, line by line."""

    table: str
    lines: tuple[str, ...]
    proposal: Proposal | None = None


def explain(mappings: Mappings, documentation: Documentation) -> list[Explanation]:
    """Explain every table that something documented concerns."""
    found = group(documentation)
    untranslated = frozenset(code.element for code in documentation.unknown)
    files = {source.name: source.file for source in mappings.sources}
    algorithms = {source.name: source.file for source in mappings.algorithms}
    told = []
    for table in mappings.tables.concerned(found, untranslated):
        look, stands = table.look(found, untranslated), table.readers.read(found)
        if isinstance(table, InfusionTable):
            lines = (*_computed(table, algorithms[table.name], look, stands), *_outcome(look))
            told.append(Explanation(table.name, lines, look.proposal))
        else:
            told.append(_explained(table, files[table.name], look, stands))
    return told


def why_not(mappings: Mappings, documentation: Documentation, code: str) -> list[Explanation]:
    """Say, for each table that knows a code, what stands in its way; none = no table knows it."""
    found = group(documentation)
    known = {source.name: source.file for source in mappings.sources if code in codes_of(source.file)}
    computed = {each.name: each.file for each in mappings.algorithms if code in each.file.codes.values()}
    told = []
    for table in mappings.tables:
        stands = table.readers.read(found)
        if isinstance(table, InfusionTable) and table.name in computed:
            lines = _other_services(table, computed[table.name], table.look(found), code, stands)
            told.append(Explanation(table.name, tuple(lines)))
        elif isinstance(table, Table) and table.name in known:
            lines = _obstacles(table, known[table.name], table.look(found), code, stands)
            told.append(Explanation(table.name, tuple(lines)))
    return told


def codes_of(file: TableFile) -> set[str]:
    """Return every code that a table can bring forth."""
    rows = {file.decide.code(row) for row in file.decide.rows} - {""}
    return rows | codes_of_tail(file.combine, file.add_ons, file.overlays)


def _computed(table: InfusionTable, file: AlgorithmFile, look: Look, stands: Stands) -> Iterator[str]:
    """Say what stands in the way, or what each line is for."""
    yield from _gate(table, file, stands)
    if not table.is_in_force(stands):
        yield "it is not in force on the day of service"
    for line in table.not_charged:
        if line.shown(stands) == TRUE:
            yield f"{' and '.join(str(stands[name]) for name in line.names)}: nothing is charged for it"
    for candidate in look.proposal.candidates if look.proposal else ():
        yield f"{candidate.code}: {'; '.join(candidate.because)}"


def _other_services(
    table: InfusionTable, file: AlgorithmFile, look: Look, code: str, stands: Stands
) -> Iterator[str]:
    if _proposes(look, code):
        yield f"it does propose {code}"
        return
    services = (role.replace("_", " ") for role, each in file.codes.items() if each == code)
    yield f"{code} is for {', '.join(services)}; what is documented comes to something else"
    yield from _computed(table, file, look, stands)
    yield from _outcome(look)


def _proposes(look: Look, code: str) -> bool:
    return look.proposal is not None and any(each.code == code for each in look.proposal.candidates)


def _explained(table: Table, file: TableFile, look: Look, stands: Stands) -> Explanation:
    lines = list(_closed(table, file, stands)) if not look.judged else []
    for number, judged in enumerate(look.judged, 1):
        of = f"{number}. " if len(look.judged) > 1 else ""
        lines += [of + line for line in (*_gate(table, file, judged.view.stands), *_facts(table, judged))]
        lines.append(of + _rows(judged))
    return Explanation(table.name, (*lines, *_outcome(look)), look.proposal)


def _gate(table: Table | InfusionTable, file: TableFile | AlgorithmFile, stands: Stands) -> Iterator[str]:
    """Say what the gate asks, as far as it is not plainly met."""
    written = [condition for conditions in file.applies_when.values() for condition in conditions]
    for line, condition in zip(table.gate.lines, written, strict=True):
        truth = line.truth(stands.get(line.element))
        if truth != TRUE:
            yield f"gate: {line.element} {said(condition)}: {_TRUTHS[truth]}{_found(line.element, stands)}"


def _closed(table: Table, file: TableFile, stands: Stands) -> Iterable[str]:
    """Say why no row was looked for."""
    return list(_gate(table, file, stands)) or ["no row is in force on the day of service"]


def _facts(table: Table, judged: Judged) -> Iterator[str]:
    for fact, settled in zip(table.facts, judged.view.settled, strict=True):
        if not settled.ask:
            because = " and ".join(str(judged.view.stands[name]) for name in settled.reason)
            yield f"{fact.name} = {words(settled.possible[0])}: {because}"
        else:
            asked = ", ".join(name for name, _conflict in settled.ask)
            yield f"{fact.name} is open ({' or '.join(map(words, settled.possible))}): ask about {asked}"


def _rows(judged: Judged) -> str:
    if len(judged.rows) == 1:
        row = judged.rows[0]
        return f"row {row.number} holds: {row.code or 'no code'}"
    return "possible rows: " + ", ".join(f"{row.number} ({row.code or 'no code'})" for row in judged.rows)


def _outcome(look: Look) -> Iterator[str]:
    if look.proposal is None:
        yield "so it says nothing"
        return
    for candidate in look.proposal.candidates:
        modifiers = "".join(f"-{modifier}" for modifier in candidate.modifiers)
        yield f"so it proposes {candidate.code}{modifiers} x{candidate.units}"
    for question in look.proposal.questions:
        kind = "asks first" if question.blocking else "asks beside it"
        yield f"{kind} about {question.element}: {question.wording}"


def _obstacles(table: Table, file: TableFile, look: Look, code: str, stands: Stands) -> Iterator[str]:
    if _proposes(look, code):
        yield f"it does propose {code}"
        return
    if not look.judged:
        yield from _closed(table, file, stands)
    rows = [(n, row) for n, row in enumerate(file.decide.rows, 1) if file.decide.code(row) == code]
    for judged in look.judged:
        yield from _gate(table, file, judged.view.stands)
        for number, row in rows:
            yield from _in_the_way(table, file, judged, number, row)
    yield from _by_the_tail(file, code)


def _in_the_way(table: Table, file: TableFile, judged: Judged, number: int, row: Row) -> Iterator[str]:
    """Say which facts a row needs that are not so, and what would have to be documented for them."""
    for fact, settled, cell in zip(table.facts, judged.view.settled, row.cells, strict=False):
        if cell == ANY or (settled.possible == (cell,) and not settled.ask):
            continue
        now = "open" if settled.ask else words(settled.possible[0])
        because = " and ".join(str(judged.view.stands[name]) for name in settled.reason)
        ways = list(_ways(file.facts[fact.name], cell))
        yield (
            f"row {number} needs {fact.name} = {words(cell)}; it is {now}"
            + (f" ({because})" if because else "")
            + (f". It would be documented by: {ways[0]}" if ways else "")
        )
        yield from (f"  or by: {other}" for other in ways[1:])


def _ways(fact: Fact, cell: object) -> Iterator[str]:
    for line in fact.evidence:
        if line.then == cell and type(line.then) is type(cell):
            yield " and ".join(f"{name} {said(condition)}" for name, condition in line.if_.items())
    if fact.lookup:
        yield f"{fact.lookup.element}, by the lookup {fact.lookup.table}"
    if fact.bands:
        yield f"{fact.bands.element}, a number"


def _by_the_tail(file: TableFile, code: str) -> Iterator[str]:
    for add_on in file.add_ons:
        if add_on.code == code:
            needed = "".join(f", when {name} {said(condition)}" for name, condition in add_on.if_.items())
            yield f"{code} stands only beside {', '.join(add_on.to)}{needed}"
    for first, further in file.combine.further.items():
        if code in further:
            yield f"{code} is what comes after the first {first}"
    for overlay in file.overlays:
        for old, new in overlay.codes.items():
            if new == code:
                needed = " and ".join(f"{name} {said(condition)}" for name, condition in overlay.if_.items())
                yield f"{code} stands for {old} where {needed}"


def said(condition: Condition) -> str:
    """Say a condition in words: "is one of epidural, subarachnoid"."""
    parts = []
    for name, value in condition.operators().items():
        if name == "unknown":
            parts.append("is not documented")
        elif name == "not_empty":
            parts.append("is documented")
        else:
            parts.append(f"{_OPERATORS[name]} {_listed(value)}")
    return " and ".join(parts)


def _listed(value: object) -> str:
    values: Iterable[object] = value if isinstance(value, tuple) else (value,)
    return ", ".join(words(each) if isinstance(each, str | bool | int | float) else "" for each in values)


def _found(name: str, stands: Stands) -> str:
    return f" ({stands[name]})" if name in stands else ""
