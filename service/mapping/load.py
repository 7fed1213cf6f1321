"""Load mappings/ for use: nothing that is wrong gets past here, so the service does not start on it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from service.domain.coverage import CoveragePolicy
from service.domain.errors import MappingError
from service.domain.feed import Feed
from service.domain.filing import FilingLimits
from service.mapping.documented.vocabulary import Vocabulary, read_vocabulary
from service.mapping.files.findings import Finding
from service.mapping.files.yaml_fault import nearest
from service.mapping.lint.check import Checked, read_and_check
from service.mapping.narrative.deeds import Deeds
from service.mapping.narrative.terms import Terms
from service.mapping.site.feeds import load_feeds
from service.mapping.tables.algorithms import AlgorithmSource, compile_algorithm
from service.mapping.tables.compiler import compile_table
from service.mapping.tables.evaluate import Tables
from service.mapping.tables.table_file import LookupFile, Switch, TableSource

_NO_SETTINGS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Mappings:
    """Everything that mappings/ says, ready for use."""

    vocabulary: Vocabulary
    tables: Tables
    feeds: tuple[Feed, ...]
    terms: Terms
    deeds: Deeds
    digest: str
    sources: tuple[TableSource, ...] = field(repr=False)  # the tables as they are written
    algorithms: tuple[AlgorithmSource, ...] = field(repr=False)
    policies: tuple[CoveragePolicy, ...] = ()
    filing_limits: tuple[FilingLimits, ...] = ()
    lookups: Mapping[str, LookupFile] = field(default_factory=dict, repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)  # the site's answers to switches
    warnings: tuple[Finding, ...] = ()  # what the lint finds doubtful; and tests that fail, where they may

    def in_zone(self, zone: str) -> "Mappings":
        """The same, where a feed that names no time zone has this one; "" = it has none."""
        if not zone:
            return self
        feeds = (each if each.timezone else replace(each, timezone=zone) for each in self.feeds)
        return replace(self, feeds=tuple(feeds))

    def titles_of(self, names: Iterable[str]) -> dict[str, str]:
        """What tables and elements of these names are called, where the files say so."""
        wanted = set(names)
        sources: tuple[TableSource | AlgorithmSource, ...] = (*self.sources, *self.algorithms)
        tables = {each.name: each.file.title for each in sources if each.name in wanted}
        elements = {name: self.vocabulary.element(name).label for name in wanted if name in self.vocabulary}
        return {name: title for name, title in sorted((tables | elements).items()) if title}


def load(folder: Path, site: Mapping[str, str] = _NO_SETTINGS, *, failing: bool = False) -> Mappings:
    """Read a folder of mappings, with the site's answers to the switches; MappingError if it is wrong.

    `failing`: its tests may fail, which the warnings say then; never for what is proposed to anybody.
    """
    return ready(read_and_check(folder), site, failing=failing)


def ready(checked: Checked, site: Mapping[str, str] = _NO_SETTINGS, *, failing: bool = False) -> Mappings:
    """Make what was read ready for use, where nothing is wrong with it."""
    wrong = (each for each in checked.findings if each.is_error)
    if errors := sorted(each for each in wrong if not (failing and each.is_failed_test)):
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise MappingError(errors[0].message + more, errors[0].file, errors[0].line)
    vocabulary, terms, deeds = checked.vocabulary, checked.terms, checked.deeds
    assert vocabulary is not None
    assert terms is not None
    assert deeds is not None
    sources, algorithms = tuple(checked.tables), tuple(checked.algorithms)
    _check_site(site, (*sources, *algorithms))
    tables = (compile_table(source, vocabulary, checked.lookups, site) for source in sources)
    computed = (compile_algorithm(source, vocabulary, site) for source in algorithms)
    ready = Tables((*tables, *computed))
    return Mappings(
        vocabulary=vocabulary,
        tables=ready,
        feeds=checked.feeds,
        terms=terms,
        deeds=deeds,
        digest=digest_of(checked.folder),
        sources=sources,
        algorithms=algorithms,
        policies=tuple(checked.policies),
        filing_limits=tuple(checked.filing_limits),
        lookups=checked.lookups,
        settings=dict(site),
        warnings=tuple(sorted(checked.findings)),
    )


def feeds_of(folder: Path) -> tuple[Feed, ...]:
    """The feeds alone, for who asks how they stand: a table that is wrong keeps nobody from that."""
    return load_feeds(folder / "feeds", read_vocabulary(folder / "vocabulary.yaml"))


def _check_site(site: Mapping[str, str], sources: Iterable[TableSource | AlgorithmSource]) -> None:
    switches: dict[str, Switch] = {}
    for source in sources:
        switches |= source.file.switches
    for name, value in site.items():
        if name not in switches:
            raise MappingError(f"no table has a switch {name!r}{nearest(name, switches)}")
        if value not in switches[name].values:
            near = nearest(value, switches[name].values)
            raise MappingError(f"{value!r} is not a value of switch {name}{near}")


def digest_of(folder: Path) -> str:
    """SHA-256 over the names and bytes of all files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.yaml")):
        body = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()} {len(body)}\n".encode())
        digest.update(body)
    return digest.hexdigest()
