"""Deeds: whether a note tells that something was done to the patient, whatever it was.

"The needle dropped into the joint." No list of phrases has all the words for what tables charge; most of
what is done so is done with things that have a name (mappings/terms/deeds.yaml). They are looked for where no
table has anything to say: a note of a deed comes to a person.
"""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Final

from service.domain.documentation import DocumentedElement, Narrative
from service.mapping.documented.stands import CONFLICT_ORIGIN
from service.mapping.documented.vocabulary import Vocabulary
from service.mapping.narrative.lexicon import read_lexicon
from service.mapping.narrative.terms import Terms

#: The element that holds the words of a deed.
DEED: Final = "deed"
_STATUS: Final = "status"  # which the words of deeds state


class Deeds:
    """Reads narratives for deeds alone."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def told_in(
        self, narratives: Collection[Narrative], service_days: Collection[str]
    ) -> DocumentedElement | None:
        """Return the first deed of today that nothing takes back."""
        told = self._terms.read(*narratives, service_days=service_days) if narratives else ()
        deeds = (each for each in told if each.name == _STATUS and each.origin != CONFLICT_ORIGIN)
        first = next(deeds, None)
        return replace(first, name=DEED, value=first.source.text) if first else None


def load_deeds(folder: Path, vocabulary: Vocabulary) -> Deeds:
    """Read the words of deeds in mappings/terms."""
    return Deeds(Terms(read_lexicon(folder, vocabulary, of_deeds=True)))
