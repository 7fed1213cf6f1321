"""Evaluate: documentation in; candidate codes, or the questions that must be answered first, out.

All tables are asked that one documented element concerns. Pure: nothing is read or kept.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from service.domain.charge import CandidateCharge, Excluded, Proposal, Question
from service.domain.documentation import Documentation, Value
from service.mapping.documented.stands import group
from service.mapping.tables.algorithms import InfusionTable
from service.mapping.tables.lesser import ask_of_lesser
from service.mapping.tables.table import Table
from service.mapping.tables.taken_back import ask_of_taken_back
from service.mapping.tables.view import Found

AnyTable = Table | InfusionTable


class Tables:
    """All tables, by what concerns them: thousands may be there, and few have to do with one note."""

    def __init__(self, tables: Iterable[AnyTable]) -> None:
        self.all = tuple(tables)
        self._concerned: dict[str, dict[Value | None, list[int]]] = {}  # by element and value; None = any
        for number, table in enumerate(self.all):
            for name, value in table.concerns:
                self._concerned.setdefault(name, {}).setdefault(value, []).append(number)
        self.lesser = {
            table.name: rule for table in self.all if isinstance(table, Table) and (rule := table.lesser)
        }
        self.wordings = {table.name: table.wording for table in self.all}
        self._shut_out = {table.name: table.never_with for table in self.all if table.never_with}

    def __iter__(self) -> Iterator[AnyTable]:
        return iter(self.all)

    def concerned(self, found: Found, untranslated: frozenset[str]) -> list[AnyTable]:
        """Return the tables that have something to do with what is documented, in their order."""
        numbers: set[int] = set()
        for name in untranslated & self._concerned.keys():
            numbers.update(*self._concerned[name].values())
        for name in found.keys() & self._concerned.keys():
            by_value = self._concerned[name]
            numbers.update(by_value.get(None, ()), *(by_value.get(each.value, ()) for each in found[name]))
        return [self.all[number] for number in sorted(numbers)]

    def shut_out(self, proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
        """Take out what one table never lets stand beside its codes; it is said, not dropped in silence."""
        proposals = tuple(proposals)
        barred: dict[str, tuple[str, str]] = {}
        for proposal in proposals:
            for candidate in proposal.candidates:
                for code in self._shut_out.get(proposal.table, ()):
                    barred.setdefault(code, (candidate.code, proposal.table))
        return tuple(_without(proposal, barred) for proposal in proposals) if barred else proposals


def propose(tables: Tables, documentation: Documentation) -> tuple[Proposal, ...]:
    """Say what the tables make of one procedure; a table that has nothing to say is left out."""
    if documentation.withdrawn:
        return ()
    found = group(documentation)
    untranslated = frozenset(code.element for code in documentation.unknown)
    proposals = (table.propose(found, untranslated) for table in tables.concerned(found, untranslated))
    standing = tables.shut_out(proposal for proposal in proposals if proposal)
    standing = ask_of_lesser(standing, tables.lesser, found)
    return join_waiting(ask_of_taken_back(standing, tables.wordings, found))


def _without(proposal: Proposal, barred: dict[str, tuple[str, str]]) -> Proposal:
    gone: dict[str, tuple[str, str]] = {}  # what is shut out, and what stands beside it; it comes after
    kept: list[CandidateCharge] = []
    excluded: list[Excluded] = []
    for candidate in proposal.candidates:
        by = barred.get(candidate.code)
        by = by if by and by[1] != proposal.table else gone.get(candidate.beside)
        if by is None:
            kept.append(candidate)
        else:
            gone[candidate.code] = by
            excluded.append(Excluded(candidate.code, candidate.table, *by))
    if not excluded:
        return proposal
    # What was to be confirmed beside codes that are gone is nobody's question any more.
    questions = proposal.questions if kept else ()
    return replace(
        proposal, candidates=tuple(kept), questions=questions, excluded=(*proposal.excluded, *excluded)
    )


@dataclass(slots=True)
class _Waiting:
    """Proposals that wait for an answer to the same question."""

    proposals: list[Proposal]
    elements: set[str]


def join_waiting(proposals: tuple[Proposal, ...]) -> tuple[Proposal, ...]:
    """Make one of the proposals that wait for one answer: it is one question, between all their codes."""
    waiting = [each for each in proposals if any(question.blocking for question in each.questions)]
    if len(waiting) < 2:  # noqa: PLR2004  nothing to join
        return proposals
    groups: list[_Waiting] = []
    for proposal in waiting:
        elements = {question.element for question in proposal.questions}
        touching = [each for each in groups if not each.elements.isdisjoint(elements)]
        joined = _Waiting([each for group in touching for each in group.proposals] + [proposal], elements)
        joined.elements.update(*(each.elements for each in touching))
        groups = [each for each in groups if each not in touching] + [joined]
    first = {id(each.proposals[0]): _joined(each.proposals) for each in groups}
    later = {id(proposal) for each in groups for proposal in each.proposals[1:]}
    return tuple(first.get(id(each), each) for each in proposals if id(each) not in later)


def _joined(proposals: list[Proposal]) -> Proposal:
    asked: dict[str, Question] = {}
    for question in (question for proposal in proposals for question in proposal.questions):
        known = asked.get(question.element)
        asked[question.element] = (
            replace(
                known,
                between=tuple(dict.fromkeys((*known.between, *question.between))),
                conflict=known.conflict or question.conflict,
                blocking=known.blocking or question.blocking,
            )
            if known
            else question
        )
    return replace(proposals[0], questions=tuple(asked.values()))
