"""Lesser: of several services of one family, the lesser ones are asked about beside their codes.

A modifier that states a distinct service is never added by itself: who documented it says what was distinct.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from service.domain.charge import Proposal, Question
from service.mapping.documented.stands import CONFLICT_ORIGIN
from service.mapping.tables.tail import Lesser
from service.mapping.tables.view import Found


@dataclass(frozen=True, slots=True)
class AskedOfLesser:
    """What a table asks beside the lesser ones of its family."""

    rule: Lesser
    wording: str


def ask_of_lesser(
    proposals: Sequence[Proposal], rules: Mapping[str, AskedOfLesser], found: Found
) -> tuple[Proposal, ...]:
    """Ask beside all lines of a family but the highest; tables of one family may be several."""
    asked: set[int] = set()
    for family in {rules[each.table].rule.family for each in proposals if each.table in rules}:
        members = [n for n, each in enumerate(proposals) if _is_of(family, each, rules)]
        members.sort(key=lambda n: rules[proposals[n].table].rule.place)
        asked.update(members[1:])
        asked.update(n for n in members[:1] if len(_lines(proposals[n])) > 1)
    return tuple(
        _asking(proposal, rules[proposal.table], found) if n in asked else proposal
        for n, proposal in enumerate(proposals)
    )


def _is_of(family: str, proposal: Proposal, rules: Mapping[str, AskedOfLesser]) -> bool:
    rule = rules.get(proposal.table)
    return rule is not None and rule.rule.family == family and bool(_lines(proposal))


def _lines(proposal: Proposal) -> list[str]:
    return [candidate.code for candidate in proposal.candidates if not candidate.beside]


def _asking(proposal: Proposal, asked: AskedOfLesser, found: Found) -> Proposal:
    said = found.get(asked.rule.ask, ())
    conflict = len({each.value for each in said}) > 1 or any(e.origin == CONFLICT_ORIGIN for e in said)
    if said and not conflict:
        return proposal
    codes = tuple(dict.fromkeys(_lines(proposal)))
    question = Question(
        asked.rule.ask,
        asked.wording,
        blocking=False,
        between=codes,
        table=proposal.table,
        conflict=conflict,
    )
    return replace(proposal, questions=(*proposal.questions, question))
