"""Lint against files of CMS that a site has: units above MUE, modifiers that a code does not take."""

from collections.abc import Iterator

from service.domain.edits import CodeLimits, Indicators
from service.mapping.files.findings import Finding, Report
from service.mapping.tables.table_file import TableFile, TableSource
from service.mapping.tables.tail import codes_of_tail

_SPLIT = frozenset({"26", "TC"})
_SIDES = frozenset({"LT", "RT"})
_BOTH_SIDES = "50"


def lint_limits(source: TableSource, limits: CodeLimits) -> list[Finding]:
    """Return warnings: CMS's files are no part of the mappings, and a site may have its reasons."""
    report = Report(source.lines)
    file = source.file
    codes = {code for row in file.decide.rows if (code := file.decide.code(row))}
    codes |= codes_of_tail(file.combine, file.add_ons, file.overlays)
    _lint_units(file, codes, limits, report)
    for number, line in enumerate(file.modifiers):
        for code in sorted(set(line.on) or codes):
            for fault in _modifier_faults(line.add, code, limits.indicators.get(code)):
                report.warning(fault, "modifiers", number)
    return report.findings


def _lint_units(file: TableFile, codes: set[str], limits: CodeLimits, report: Report) -> None:
    for code in sorted(codes & limits.most_units.keys()):
        most, at = limits.most_units[code], ("combine", "most", code)
        capped = file.combine.most.get(code)
        if capped is not None and capped > most:
            report.warning(f"{code} is capped at {capped} units, and MUE allows {most}", *at)
        elif capped is None and (file.units.fixed or 0) > most:
            report.warning(f"{code} has {file.units.fixed} units, and MUE allows {most}", "units")
        elif capped is None and (file.each or file.units.of):
            report.warning(f"nothing caps the units of {code}; MUE allows {most}", "combine")


def _modifier_faults(modifier: str, code: str, known: Indicators | None) -> Iterator[str]:
    if known is None:
        return
    if modifier in _SPLIT and known.pctc != "1":
        yield f"{code} takes no {modifier}: its PC/TC indicator is {known.pctc}"
    if modifier == _BOTH_SIDES and known.bilateral not in ("1", "3"):
        yield f"{code} takes no 50: its bilateral indicator is {known.bilateral}"
    if modifier in _SIDES and known.bilateral == "9":
        yield f"{code} takes no {modifier}: its bilateral indicator is 9"
