"""Check a folder of mappings: lint every file and run every test. The command and pytest do the same."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import ParamSpec, TypeVar

from service.domain.coverage import CoveragePolicy
from service.domain.edits import CodeLimits
from service.domain.errors import MappingError
from service.domain.feed import Feed
from service.domain.filing import FilingLimits
from service.mapping.documented.vocabulary import Vocabulary, read_vocabulary
from service.mapping.files.findings import Finding, finding_of
from service.mapping.files.yaml_file import Lines, shown_name
from service.mapping.lint.algorithm import lint_algorithm, run_algorithm_tests
from service.mapping.lint.feed import lint_feeds
from service.mapping.lint.limits import lint_limits
from service.mapping.lint.table import lint_lookup, lint_table
from service.mapping.lint.table_tests import run_tests
from service.mapping.lint.text import lint_comments
from service.mapping.narrative.deeds import Deeds, load_deeds
from service.mapping.narrative.terms import Terms, load_terms
from service.mapping.site.coverage_policies import read_policy
from service.mapping.site.destinations import load_destination
from service.mapping.site.feeds import load_feeds
from service.mapping.site.filing_limits import overlapping, paths_of, read_filing_limits
from service.mapping.tables.algorithms import AlgorithmSource, read_algorithm
from service.mapping.tables.table_file import LookupFile, TableSource, in_succession, read_lookup, read_table

_NO_LIMITS = CodeLimits()
_REMEMBERED = 256  # tables
T = TypeVar("T")
P = ParamSpec("P")


@dataclass(slots=True)
class Checked:
    """What a folder holds, as far as it could be read, and what was found wrong."""

    folder: Path
    vocabulary: Vocabulary | None = None
    lookups: dict[str, LookupFile] = field(default_factory=dict)
    tables: list[TableSource] = field(default_factory=list)
    algorithms: list[AlgorithmSource] = field(default_factory=list)
    feeds: tuple[Feed, ...] = ()
    terms: Terms | None = None
    deeds: Deeds | None = None
    policies: list[CoveragePolicy] = field(default_factory=list)
    filing_limits: list[FilingLimits] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def attempt(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Read something; what is wrong becomes a finding."""
        try:
            return read(*args, **kwargs)
        except MappingError as error:
            self.findings += map(finding_of, (error, *error.others))
            return None


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a table is read by; equal to what was read from the same bytes."""

    vocabulary_hash: str
    lookup_lines: tuple[Lines, ...]
    vocabulary: Vocabulary = field(compare=False)
    lookups: Mapping[str, LookupFile] = field(compare=False)
    is_sound: bool = field(compare=False)


def check(folder: Path) -> list[Finding]:
    """Return all that is wrong or doubtful in a folder of mappings, by file and line."""
    return found_in(read_and_check(folder))


def found_in(checked: Checked, limits: CodeLimits = _NO_LIMITS) -> list[Finding]:
    """Return what was found, and what is out of the limits that others set, by file and line."""
    if _has_error(checked.findings):
        return sorted(set(checked.findings))  # what is broken is not measured
    against_limits = [finding for source in checked.tables for finding in lint_limits(source, limits)]
    return sorted({*checked.findings, *against_limits})


def read_and_check(folder: Path) -> Checked:
    """Read a folder of mappings, and check it on the way."""
    checked = Checked(folder)
    checked.findings += _unread(folder)
    checked.vocabulary = checked.attempt(read_vocabulary, folder / "vocabulary.yaml")
    if checked.vocabulary is None:  # nothing else can be judged
        return checked
    _read_tables(folder, _read_lookups(folder, checked.vocabulary, checked), checked)
    _read_algorithms(folder, checked.vocabulary, checked)
    _read_neighbours(folder, checked.vocabulary, checked)
    return checked


def _has_error(findings: Iterable[Finding]) -> bool:
    return any(finding.is_error for finding in findings)


def _unread(folder: Path) -> list[Finding]:
    """A file that nobody reads is a rule that its editor believes in."""
    return [
        Finding(shown_name(path), 1, "error", "is not read: a mapping file ends in .yaml")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix.lower() in (".yml", ".json", ".csv", ".txt")
        if (path.parent.name, path.suffix.lower()) != ("destinations", ".csv")
    ]


def _unnamed_charge_masters(folder: Path) -> list[Finding]:
    texts = [path.read_text("utf-8", "replace") for path in folder.glob("*.yaml")]
    return [
        Finding(shown_name(path), 1, "error", "is not read: no destination names it under charge_master")
        for path in sorted(folder.glob("*.csv"))
        if not any(path.name in text for text in texts)
    ]


def _read_lookups(folder: Path, vocabulary: Vocabulary, checked: Checked) -> _Beside:
    found: list[Finding] = []
    all_lines: list[Lines] = []
    for path in sorted((folder / "lookups").glob("*.yaml")):
        if read := checked.attempt(read_lookup, path):
            checked.lookups[path.stem], lines = read
            found += lint_lookup(*read, vocabulary)
            found += lint_comments(path.read_text(), lines.file)
            all_lines.append(lines)
    checked.findings += found
    return _Beside(vocabulary.hash, tuple(all_lines), vocabulary, checked.lookups, not _has_error(found))


def _read_tables(folder: Path, beside: _Beside, checked: Checked) -> None:
    paths = sorted((folder / "tables").glob("*.yaml"))
    read = {path: source for path in paths if (source := checked.attempt(read_table, path))}
    for path, source in zip(read, in_succession(read.values()), strict=True):
        checked.findings += lint_comments(path.read_text(), source.lines.file)
        checked.findings += _found_in_table(source, beside)
        checked.tables.append(source)


@lru_cache(maxsize=_REMEMBERED)
def _found_in_table(source: TableSource, beside: _Beside) -> tuple[Finding, ...]:
    """Return what is wrong with a table; remembered: of two folders that are compared, most are the same."""
    found = lint_table(source, beside.vocabulary, beside.lookups)
    if beside.is_sound and not _has_error(found):
        found += run_tests(source, beside.vocabulary, beside.lookups)
    return tuple(found)


def _read_algorithms(folder: Path, vocabulary: Vocabulary, checked: Checked) -> None:
    for path in sorted((folder / "algorithms").glob("*.yaml")):
        source = checked.attempt(read_algorithm, path)
        if source is None:
            continue
        found = lint_algorithm(source, vocabulary) + lint_comments(path.read_text(), source.lines.file)
        if not _has_error(found):
            found += run_algorithm_tests(source, vocabulary)
        checked.findings += found
        checked.algorithms.append(source)


def _read_neighbours(folder: Path, vocabulary: Vocabulary, checked: Checked) -> None:
    checked.feeds = checked.attempt(load_feeds, folder / "feeds", vocabulary) or ()
    checked.findings += lint_feeds(checked.feeds)
    checked.terms = checked.attempt(load_terms, folder / "terms", vocabulary)
    checked.deeds = checked.attempt(load_deeds, folder / "terms", vocabulary)
    for path in sorted((folder / "coverage").glob("*.yaml")):
        if policy := checked.attempt(read_policy, path, vocabulary):
            checked.policies.append(policy)
    for path in paths_of(folder):
        if limits := checked.attempt(read_filing_limits, path, vocabulary):
            checked.filing_limits.append(limits)
    checked.findings += overlapping(folder, checked.filing_limits)
    for path in sorted((folder / "destinations").glob("*.yaml")):
        checked.attempt(load_destination, path)
    checked.findings += _unnamed_charge_masters(folder / "destinations")
