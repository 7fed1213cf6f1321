"""Algorithms: what no table can say is computed by a named piece of code, and configured by a file.

There is one: the hierarchy of infusions, pushes and injections. Its file names the codes, the gate, the
site's switches and the wording, and carries tests, as a table does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from service.domain.charge import CandidateCharge, Proposal
from service.domain.documentation import DocumentedElement
from service.mapping.documented.items import Item, items_of
from service.mapping.documented.stands import Stand, StandOf, Stands, is_disputed, stand_of
from service.mapping.documented.vocabulary import Group, Vocabulary
from service.mapping.files.yaml_file import Lines, read_yaml
from service.mapping.tables.conditions import TRUE, AllOf, Scalar
from service.mapping.tables.facts import Asked, elements_of
from service.mapping.tables.gate import Gate, compile_gate
from service.mapping.tables.infusion import Administration, Billed, Options, Unanswered, arrange
from service.mapping.tables.table import SERVICE_DATE, Concern, Look, Wording
from service.mapping.tables.table_file import GateLines, Name, Switch, TableTest
from service.mapping.tables.tail import Code, Conditions, Part, Window, as_tuples
from service.mapping.tables.view import Found, Readers

_GROUP = "infusion"
_SETTING = "encounter.setting"
_FIELDS = ("drug", "category", "route", "access", "start", "end", "concurrent", "further_pump", "hormonal")
_MINUTES = f"{_GROUP}.minutes"
_END = f"{_GROUP}.end"
_NAMES = (*(f"{_GROUP}.{field}" for field in _FIELDS), _MINUTES)
_DISTINCT_SITE = "59"


class AlgorithmFile(Part):
    """The configuration of one algorithm."""

    format: Literal["algorithm/1"]
    algorithm: Literal["infusion_hierarchy"]
    title: str
    owner: str
    effective: Window
    sources: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    switches: dict[Name, Switch] = Field(default_factory=dict)
    concerns: Annotated[dict[str, Literal["any"] | tuple[Scalar, ...]], BeforeValidator(as_tuples)]
    applies_when: dict[str, GateLines]
    not_charged: tuple[
        Conditions, ...
    ] = ()  # where all of a line holds: documented, and nothing is charged for it
    codes: dict[str, Code]  # what it calls a service -> its code
    questions: dict[str, str]
    base: dict[str, Any] = Field(default_factory=dict)
    tests: tuple[TableTest, ...]


@dataclass(frozen=True, slots=True)
class AlgorithmSource:
    """The configuration as read."""

    name: str
    file: AlgorithmFile
    lines: Lines


def read_algorithm(path: Path) -> AlgorithmSource:
    file, lines = read_yaml(path, AlgorithmFile)
    return AlgorithmSource(path.stem, file, lines)


@dataclass(frozen=True, slots=True)
class InfusionTable:
    """The hierarchy of infusions, asked as a table is."""

    name: str
    hash: str
    concerns: tuple[Concern, ...]
    never_with: frozenset[str]
    readers: Readers  # of what is said of the encounter
    gate: Gate
    not_charged: tuple[AllOf, ...]
    effective: Window
    group: Group
    fields: Mapping[str, StandOf]  # by the full name of the element
    codes: Mapping[str, str]  # role -> code
    options: Options
    wording: Wording

    def propose(self, found: Found, untranslated: frozenset[str]) -> Proposal | None:
        """Say what is charged for the administrations, or what must be documented first."""
        return self.look(found, untranslated).proposal

    def look(self, found: Found, untranslated: frozenset[str] = frozenset()) -> Look:
        """Say it, with the rows (the places of the codes in the file) that decided."""
        stands = self.readers.read(found)
        asked = self.gate.open_for(stands)
        if asked is None or not self.is_in_force(stands) or self._is_free(stands):
            return Look()
        items = items_of(_GROUP, self.group, found)
        billed, open_ = self._arranged(items, stands)
        blocking: list[Asked] = [*asked, *((each.element, each.conflict) for each in open_)]
        blocking += [(name, False) for name in sorted(untranslated & self._deciding())]
        blocking += self._day_asked(stands.get(SERVICE_DATE))
        blocking += self._charged_asked(stands)
        if not items:
            blocking.append((self.group.key[0], False))
        if blocking:
            between = tuple(dict.fromkeys(self.codes[each.role] for each in billed))
            questions = self.wording.ask(blocking, blocking=True, between=between)
            return Look(proposal=Proposal(self.name, self.hash, questions=questions))
        return self._proposing(billed, items)

    def is_in_force(self, stands: Stands) -> bool:
        """Whether it may be in force on the day of service, as far as that is documented."""
        day = stands.get(SERVICE_DATE)
        return day is None or any(self.effective.holds(str(value)) for value in day.values)

    def _arranged(
        self, items: list[Item], stands: Stands
    ) -> tuple[tuple[Billed, ...], tuple[Unanswered, ...]]:
        read = [self._read(item) for item in items]
        disputed = {
            (number, name)
            for number, fields in enumerate(read, 1)
            for name, stand in fields.items()
            if stand.conflict
        }
        disputed |= {(number, _END) for number, fields in enumerate(read, 1) if not _minutes_agree(fields)}
        if is_disputed(_SETTING, stands):
            disputed.add((0, _SETTING))
        setting = _value(stands.get(_SETTING))
        given = (_administration(number, fields) for number, fields in enumerate(read, 1))
        return arrange(
            given,
            setting=None if setting is None else str(setting),
            options=self.options,
            disputed=frozenset(disputed),
        )

    def _read(self, item: Item) -> dict[str, Stand]:
        said: dict[str, list[DocumentedElement]] = {}
        for each in item:
            said.setdefault(each.name, []).append(each)
        return {name: read(said[name]) for name, read in self.fields.items() if name in said}

    def _proposing(self, billed: tuple[Billed, ...], items: list[Item]) -> Look:
        if not billed:
            return Look()
        places = {role: place for place, role in enumerate(self.codes, 1)}
        candidates = tuple(self._candidate(each, places[each.role], items) for each in billed)
        rows = frozenset(candidate.row for candidate in candidates)
        return Look(proposal=Proposal(self.name, self.hash, candidates), decided=rows)

    def _candidate(self, billed: Billed, place: int, items: list[Item]) -> CandidateCharge:
        evidence = dict.fromkeys(each for number in billed.numbers for each in items[number - 1])
        return CandidateCharge(
            self.codes[billed.role],
            self.name,
            place,
            units=billed.units,
            modifiers=(_DISTINCT_SITE,) if billed.with_modifier_59 else (),
            because=(billed.because,),
            evidence=tuple(evidence),
        )

    def _day_asked(self, day: Stand | None) -> list[Asked]:
        """Ask for the day where it is not known whether the codes are in force on it."""
        if day is None:
            return [(SERVICE_DATE, False)] if self.effective.to else []
        sure = all(self.effective.holds(str(value)) for value in day.values)
        return [] if sure else [(SERVICE_DATE, True)]

    def _is_free(self, stands: Stands) -> bool:
        """Whether it is certain that nothing is charged."""
        return any(line.shown(stands) == TRUE for line in self.not_charged)

    def _charged_asked(self, stands: Stands) -> list[Asked]:
        """Ask what it hangs on whether anything is charged, one thing at a time."""
        names = (name for line in self.not_charged for name in line.open(stands)[:1])
        return [(name, is_disputed(name, stands)) for name in names]

    def _deciding(self) -> set[str]:
        charged = (name for line in self.not_charged for name in line.names)
        return {*self.fields, _SETTING, *(line.element for line in self.gate.lines), *charged}


def _administration(number: int, fields: Mapping[str, Stand]) -> Administration:
    values = {name: _value(fields.get(f"{_GROUP}.{name}")) for name in _FIELDS}
    text = {
        name: None if values[name] is None else str(values[name])
        for name in ("drug", "category", "route", "access")
    }
    start = _moment(values["start"])
    return Administration(
        number,
        **text,
        start=start,
        end=_ended(start, _moment(values["end"]), fields),
        concurrent=_flag(values["concurrent"]),
        further_pump=_flag(values["further_pump"]),
        hormonal=_flag(values["hormonal"]),
    )


def _ended(start: datetime | None, end: datetime | None, fields: Mapping[str, Stand]) -> datetime | None:
    """When it ended: as documented, or by how long it ran; None where these differ."""
    if not _minutes_agree(fields):
        return None
    ran = _ran(fields)
    return start + ran if start and ran is not None and _END not in fields else end


def _minutes_agree(fields: Mapping[str, Stand]) -> bool:
    """Whether start, end and how long it ran say the same, as far as they are documented."""
    start, end = (_moment(_value(fields.get(f"{_GROUP}.{name}"))) for name in ("start", "end"))
    ran = _ran(fields)
    disputed = _MINUTES in fields and ran is None
    return not disputed and (start is None or end is None or ran is None or end - start == ran)


def _ran(fields: Mapping[str, Stand]) -> timedelta | None:
    minutes = _value(fields.get(_MINUTES))
    return timedelta(minutes=minutes) if isinstance(minutes, int) else None


def _flag(value: Scalar | None) -> bool | None:
    return value if isinstance(value, bool) else None


def _value(stand: Stand | None) -> Scalar | None:
    return None if stand is None or stand.conflict else stand.values[0]


def _moment(value: Scalar | None) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value is not None else None


def compile_algorithm(
    source: AlgorithmSource, vocabulary: Vocabulary, site: Mapping[str, str] | None = None
) -> InfusionTable:
    """Make it ready to be asked. It has been linted."""
    file = source.file
    settings = {name: (site or {}).get(name, switch.default) for name, switch in file.switches.items()}
    encounter = sorted({SERVICE_DATE, *_asked_of_encounter(file)})
    names = list(_NAMES)
    return InfusionTable(
        source.name,
        source.lines.hash,
        concerns=tuple(_concerns(file)),
        never_with=frozenset(),
        readers=Readers({name: stand_of(vocabulary.element(name)) for name in encounter}, ()),
        gate=compile_gate(file.applies_when, vocabulary),
        not_charged=tuple(AllOf(elements_of(line, vocabulary), line) for line in file.not_charged),
        effective=file.effective,
        group=vocabulary.groups[_GROUP],
        fields={name: stand_of(vocabulary.element(name)) for name in names},
        codes=file.codes,
        options=_options(settings),
        wording=Wording(source.name, file.questions),
    )


def _options(settings: Mapping[str, str]) -> Options:
    """The site's answers; what it has not answered is asked."""
    return Options(
        missing_stop="push" if settings.get("missing_stop") == "push" else "ask",
        professional_by_hierarchy=settings.get("professional_initial") == "hierarchy",
        complex_biologic=_biologic(settings.get("complex_biologic")),
    )


def _biologic(answer: str | None) -> Literal["ask", "chemotherapy", "therapeutic"]:
    if answer == "chemotherapy":
        return "chemotherapy"
    return "therapeutic" if answer == "therapeutic" else "ask"


def _concerns(file: AlgorithmFile) -> Iterator[Concern]:
    for name, values in file.concerns.items():
        yield from ((name, None),) if values == "any" else ((name, value) for value in values)


def askable_of(file: AlgorithmFile) -> Iterable[str]:
    """Return every element that it can ask about."""
    return (*_NAMES, *_asked_of_encounter(file))


def _asked_of_encounter(file: AlgorithmFile) -> Iterable[str]:
    return (_SETTING, *file.applies_when, *(name for line in file.not_charged for name in line))
