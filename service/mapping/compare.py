"""Compare: what a change of the mappings alters, case by case."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.domain.charge import Proposal
from service.domain.documentation import Documentation
from service.mapping.load import Mappings
from service.mapping.tables.evaluate import propose

SAME = "the same"
OTHER_CODE = "another code"
CODE_LOST = "a code became a question or nothing"
CODE_GAINED = "a question or nothing became a code"
OTHER_QUESTION = "another question"
#: Changes of a code: what compliance must accept by name.
GRAVE = frozenset({OTHER_CODE, CODE_LOST, CODE_GAINED})


@dataclass(frozen=True, slots=True)
class Difference:
    """One case, and what each of the two makes of it."""

    case: str
    kind: str
    before: str
    after: str


def compare(old: Mappings, new: Mappings, cases: Iterable[tuple[str, Documentation]]) -> Iterator[Difference]:
    """Yield every case, with how its answer changes."""
    for name, documentation in cases:
        before, after = propose(old.tables, documentation), propose(new.tables, documentation)
        yield Difference(name, _kind(before, after), said(before), said(after))


def counted(differences: Iterable[Difference]) -> Counter[str]:
    """Count the kinds."""
    return Counter(each.kind for each in differences)


def said(proposals: Iterable[Proposal]) -> str:
    """Say proposals in one line: "62323 x1; asks imaging.modality"."""
    parts = [f"{line[0]} x{line[1]}" for line in _lines(proposals)]
    asked = _asked(proposals)
    return "; ".join([*parts, *([f"asks {', '.join(asked)}"] if asked else [])]) or "nothing"


def _kind(before: tuple[Proposal, ...], after: tuple[Proposal, ...]) -> str:
    old, new = _lines(before), _lines(after)
    if old == new:
        return SAME if _asked(before) == _asked(after) else OTHER_QUESTION
    if old and not new:
        return CODE_LOST
    return OTHER_CODE if old else CODE_GAINED


def _lines(proposals: Iterable[Proposal]) -> list[tuple[str, int]]:
    found = [
        ("-".join((each.code, *each.modifiers)), each.units)
        for proposal in proposals
        for each in proposal.candidates
    ]
    return sorted(found)


def _asked(proposals: Iterable[Proposal]) -> list[str]:
    return sorted({q.element for proposal in proposals for q in proposal.questions if q.blocking})
