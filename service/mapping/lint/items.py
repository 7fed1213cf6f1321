"""Lint of what a table counts, adds up and joins: quantities are numbers, add-ons have primaries."""

from collections.abc import Iterator

from service.mapping.documented.vocabulary import Vocabulary
from service.mapping.files.findings import Report
from service.mapping.files.yaml_fault import nearest
from service.mapping.lint.conditions import fits, instead
from service.mapping.tables.table_file import TableFile
from service.mapping.tables.tail import BY_ROW, SAME_CODE, Units, codes_of_tail

KeyPath = tuple[str | int, ...]
_NUMERIC = ("integer", "number")


def lint_items(file: TableFile, vocabulary: Vocabulary, report: Report) -> None:
    """Find what is wrong with concerns, items, sums, bands and units."""
    _lint_concerns(file, vocabulary, report)
    _lint_each(file, vocabulary, report)
    for path, name in quantities(file).items():
        if name not in vocabulary:
            report.error(f"unknown element {name!r}{nearest(name, vocabulary.names)}", *path)
        elif vocabulary.element(name).type not in _NUMERIC or vocabulary.element(name).many:
            report.error(f"{name} is no number", *path)
    if file.sum and not file.each:
        report.error("there is nothing to add up: `each` names no group", "sum")
    for name in file.sum.by if file.sum else ():
        if name not in file.facts:
            report.error(f"{name!r} is no fact{nearest(name, file.facts)}", "sum", "by")
    _lint_sizes(file, report)


def _lint_sizes(file: TableFile, report: Report) -> None:
    has_sizes = file.decide.columns[-1] == "per"
    if (file.units.per == BY_ROW) != has_sizes:
        report.error("`per: row` goes with a column `per`, and it with that", "units")
    for number, line in enumerate(file.add_ons):
        if isinstance(line.units, Units) and line.units.per == BY_ROW and not has_sizes:
            report.error("`per: row` goes with a column `per`", "add_ons", number, "units")


def quantities(file: TableFile) -> dict[KeyPath, str]:
    """Return every element that is used as a number, by where it is named."""
    found: dict[KeyPath, str] = {}
    for name, fact in file.facts.items():
        if fact.bands:
            found["facts", name, "bands"] = fact.bands.element
    for name in (file.sum.element, *file.sum.also) if file.sum else ():
        found["sum", name] = name
    if file.units.of:
        found["units",] = file.units.of
    for number, line in enumerate(file.add_ons):
        if isinstance(line.units, Units) and line.units.of:
            found["add_ons", number] = line.units.of
    return found


def _lint_concerns(file: TableFile, vocabulary: Vocabulary, report: Report) -> None:
    if not file.concerns:
        report.error("a table says what concerns it", "concerns")
    for name, values in file.concerns.items():
        if name not in vocabulary or values == "any":
            continue
        element = vocabulary.element(name)
        for value in values:
            if not fits(element, value):
                report.error(f"{value!r} is not a value of {name}{instead(element, value)}", "concerns", name)


def _lint_each(file: TableFile, vocabulary: Vocabulary, report: Report) -> None:
    """The elements of a group tell of one thing among several: they need `each`, and of that group."""
    if file.each and file.each not in vocabulary.groups:
        if file.each not in vocabulary:
            known = (*vocabulary.groups, *vocabulary.names)
            report.error(f"there is no group {file.each!r}{nearest(file.each, known)}", "each")
        elif not vocabulary.element(file.each).many:
            report.error(f"{file.each} is no list", "each")
    for path, name in _named(file):
        if name in vocabulary and vocabulary.element(name).group not in ("", file.each):
            report.error(
                f"{name} tells of one {vocabulary.element(name).group}: the table needs `each`", *path
            )


def _named(file: TableFile) -> Iterator[tuple[KeyPath, str]]:
    yield from ((("applies_when", name), name) for name in file.applies_when)
    yield from quantities(file).items()
    for fact, each in file.facts.items():
        for number, line in enumerate(each.evidence):
            yield from ((("facts", fact, "evidence", number), name) for name in line.if_)
        if each.lookup:
            yield ("facts", fact, "lookup"), each.lookup.element


def lint_tail_codes(file: TableFile, codes: set[str], report: Report) -> None:
    """Find codes of the tail that no row, or no line of the tail, can bring forth."""
    made = codes | codes_of_tail(file.combine, file.add_ons, file.overlays)
    for path, code in _used_codes(file):
        if code not in made:
            report.error(f"{code} is no code of this table{nearest(code, sorted(made))}", *path)
    for number, line in enumerate(file.add_ons):
        if line.code != SAME_CODE and line.code in codes:
            report.error(f"{line.code} is an add-on, and a row proposes it alone", "add_ons", number)
    for code, further in file.combine.further.items():
        for other in further:
            if other in codes:
                report.error(f"{other} comes after {code}, and a row proposes it alone", "combine", "further")
    _lint_overlays(file, codes | codes_of_tail(file.combine, file.add_ons, ()), report)


def _used_codes(file: TableFile) -> Iterator[tuple[KeyPath, str]]:
    for number, line in enumerate(file.add_ons):
        yield from ((("add_ons", number, "to"), code) for code in line.to)
    for number, modifier in enumerate(file.modifiers):
        yield from ((("modifiers", number, "on"), code) for code in modifier.on)
    for number, confirm in enumerate(file.confirm):
        yield from ((("confirm", number, "on"), code) for code in confirm.on)
    yield from ((("combine", "further", code), code) for code in file.combine.further)
    yield from ((("combine", "most", code), code) for code in file.combine.most)
    yield from ((("combine", "most_a_day", code), code) for code in file.combine.most_a_day)


def _lint_overlays(file: TableFile, codes: set[str], report: Report) -> None:
    for number, overlay in enumerate(file.overlays):
        for old, new in overlay.codes.items():
            if old not in codes:
                report.error(
                    f"{old} is the code of no row, and of no line of the tail",
                    "overlays",
                    number,
                    "codes",
                    old,
                )
            elif new == old:
                report.error(f"{old} stays as it is", "overlays", number, "codes", old)
