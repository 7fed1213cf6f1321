"""Evaluate: documentation in; candidate codes, or the questions that must be answered first, out.

Three-valued. A row of a table is certain, possible or impossible. One certain row proposes its code. Several
possible rows propose nothing: the inputs on which they differ are asked for. Pure: nothing is read or kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.domain.charge import CandidateCharge, Proposal, Question
from service.domain.documentation import Documentation, DocumentedElement
from service.mapping.conditions import CONFLICT, TRUE, AllOf
from service.mapping.facts import Asked, CompiledFact, Settled
from service.mapping.gate import Gate
from service.mapping.rows import CompiledRow, Rows
from service.mapping.stands import Stand, StandOf, Stands, derive, group, is_disputed, words

SERVICE_DATE = "service_date"
_PLAIN_WORDING = "Please state this in words: it is documented in a code that no mapping translates."
Found = Mapping[str, list[DocumentedElement]]


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table, ready to be asked any number of times."""

    name: str
    hash: str
    concerns: frozenset[str]
    deciding: frozenset[str]  # elements on which the code hangs
    readers: tuple[tuple[str, StandOf], ...]
    derived: tuple[str, ...]
    gate: Gate
    facts: tuple[CompiledFact, ...]
    rows: Rows
    modifiers: tuple[tuple[AllOf, str], ...]
    hold: tuple[tuple[AllOf, str], ...]
    confirm: tuple[tuple[AllOf, str], ...]
    wording: Mapping[str, str]
    units: int

    def propose(self, found: Found, untranslated: frozenset[str]) -> Proposal | None:
        """Say what this table makes of one procedure; None when it has nothing to say.

        `untranslated` are elements documented in codes that nobody has translated: they may mean anything.
        """
        stands = self._stands(found)
        in_force, day_matters = self.rows.in_force(stands.get(SERVICE_DATE))
        asked = self.gate.open_for(stands)
        if not in_force or asked is None:
            return None
        settled = tuple(fact.settle(stands) for fact in self.facts)
        possible, certain = self.rows.narrow(in_force, settled)
        blocking = [*asked, *self._held(stands), *self._differing(possible, settled)]
        blocking += [(name, False) for name in sorted(self.deciding & untranslated)]
        if day_matters:
            blocking.append((SERVICE_DATE, SERVICE_DATE in stands))
        rows = self.rows.members(possible)
        if blocking:
            codes = tuple(dict.fromkeys(row.code for row in rows))
            questions = self._questions(blocking, blocking=True, between=codes)
            return Proposal(self.name, self.hash, questions=questions)
        return self._candidate(rows[0], settled, stands) if possible == certain and len(rows) == 1 else None

    def _stands(self, found: Found) -> dict[str, Stand]:
        stands = {name: read(found[name]) for name, read in self.readers if name in found}
        for name in self.derived:
            if stand := derive(name, stands):
                stands[name] = stand
        return stands

    def _held(self, stands: Stands) -> list[Asked]:
        return [
            (name, is_disputed(name, stands)) for test, name in self.hold if test.shown(stands) >= CONFLICT
        ]

    def _differing(self, rows: int, settled: tuple[Settled, ...]) -> list[Asked]:
        """Return what to ask about the unsettled facts on which the rows that are still possible differ."""
        return [
            asked
            for column, fact in enumerate(settled)
            if fact.ask and self.rows.differ(rows, column, fact)
            for asked in fact.ask
        ]

    def _candidate(self, row: CompiledRow, settled: tuple[Settled, ...], stands: Stands) -> Proposal:
        added = [(test.names, modifier) for test, modifier in self.modifiers if test.shown(stands) == TRUE]
        names = [name for fact in settled for name in fact.names]
        names += [name for given, _modifier in added for name in given]
        names += [line.element for line in self.gate.lines]
        candidate = CandidateCharge(
            row.code,
            self.name,
            row.number,
            units=self.units,
            modifiers=tuple(modifier for _names, modifier in added),
            because=(
                *(
                    f"{_said(each.reason, stands)}: {fact.name} = {words(each.possible[0])}"
                    for fact, each in zip(self.facts, settled, strict=True)
                    if each.reason
                ),
                *(f"{_said(given, stands)}: modifier {modifier}" for given, modifier in added),
            ),
            evidence=_evidence(names, stands),
        )
        asked = [(name, is_disputed(name, stands)) for name in self._to_confirm(stands)]
        questions = self._questions(asked, blocking=False, between=(row.code,))
        return Proposal(self.name, self.hash, (candidate,), questions)

    def _to_confirm(self, stands: Stands) -> list[str]:
        names = [name for test, name in self.confirm if test.shown(stands) >= CONFLICT]
        for test, _modifier in self.modifiers:
            names += test.left_open(stands)
        return names

    def _questions(
        self, asked: Iterable[Asked], *, blocking: bool, between: tuple[str, ...]
    ) -> tuple[Question, ...]:
        conflicts: dict[str, bool] = {}
        for name, conflict in asked:
            conflicts[name] = conflicts.get(name, False) or conflict
        return tuple(
            Question(name, self.wording.get(name, _PLAIN_WORDING), blocking, between, self.name, conflict)
            for name, conflict in conflicts.items()
        )


def propose(tables: Iterable[Table], documentation: Documentation) -> tuple[Proposal, ...]:
    """Say what the tables make of one procedure; a table that has nothing to say is left out."""
    if documentation.withdrawn:
        return ()
    found = group(documentation)
    untranslated = frozenset(code.element for code in documentation.unknown)
    said = found.keys() | untranslated
    proposals = (
        table.propose(found, untranslated) for table in tables if not table.concerns.isdisjoint(said)
    )
    return tuple(proposal for proposal in proposals if proposal)


def _said(names: tuple[str, ...], stands: Stands) -> str:
    return " and ".join(str(stands[name]) for name in names)


def _evidence(names: Iterable[str], stands: Stands) -> tuple[DocumentedElement, ...]:
    """Return the elements behind the names, each once; behind a derived one, those it is computed from."""
    found = {id(each): each for name in names if name in stands for each in stands[name].elements}
    return tuple(found.values())
