"""Coverage: which rows of the tables decide something, and which never do."""

from collections import Counter
from collections.abc import Iterable, Iterator

from service.domain.documentation import Documentation
from service.mapping.documented.stands import group
from service.mapping.load import Mappings

#: (table, row number) -> how often it decided.
Hits = Counter[tuple[str, int]]


def hits_of(mappings: Mappings, documented: Iterable[Documentation]) -> Hits:
    """Count the rows that decide these procedures."""
    hits: Hits = Counter()
    for documentation in documented:
        found = group(documentation)
        untranslated = frozenset(code.element for code in documentation.unknown)
        for table in mappings.tables.concerned(found, untranslated):
            hits.update((table.name, number) for number in table.look(found, untranslated).reached)
    return hits


def report(mappings: Mappings, hits: Hits) -> Iterator[str]:
    """Yield a line a table, and one for each of its rows that was never hit."""
    for source in mappings.sources:
        rows = source.file.decide.rows
        missed = [number for number in range(1, len(rows) + 1) if not hits[source.name, number]]
        times = sum(hits[source.name, number] for number in range(1, len(rows) + 1))
        yield f"{source.name}: {len(rows) - len(missed)} of {len(rows)} rows hit, {times} times"
        for number in missed:
            code = source.file.decide.code(rows[number - 1]) or "no code"
            line = source.lines.at("decide", "rows", number - 1)
            yield f"  {source.lines.file}:{line}: row {number} ({code}) was never hit"
