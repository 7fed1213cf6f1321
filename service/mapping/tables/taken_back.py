"""Taken back: what a note denies or changes without saying of what, in words that can be read.

"Not given." "The report was superseded." Nobody knows which code that is about: each is proposed, and
asked about.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from service.domain.charge import Proposal
from service.mapping.tables.table import Wording
from service.mapping.tables.view import Found

#: The element that holds what was taken back, and the one that is asked about beside the codes.
TAKEN_BACK: Final = "taken_back"
_ASKED: Final = "status"


def ask_of_taken_back(
    proposals: Iterable[Proposal], wordings: Mapping[str, Wording], found: Found
) -> tuple[Proposal, ...]:
    """Ask beside every code, without holding it back."""
    proposals = tuple(proposals)
    if TAKEN_BACK not in found:
        return proposals
    return tuple(_asking(each, wordings[each.table]) if each.candidates else each for each in proposals)


def _asking(proposal: Proposal, wording: Wording) -> Proposal:
    if any(question.element == _ASKED for question in proposal.questions):
        return proposal
    codes = tuple(dict.fromkeys(candidate.code for candidate in proposal.candidates))
    asked = wording.ask([(_ASKED, False)], blocking=False, between=codes)
    return replace(proposal, questions=(*proposal.questions, *asked))
