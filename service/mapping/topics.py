"""Topics: of which part of the body a sentence tells, where a note tells of several.

"The knee was injected under ultrasound guidance" beside an epidural: whose guidance was that? What is told of
another part of the body is disputed, but only in a note that tells of the element's own part as well.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from service.mapping.claims import Match, ignored_places
from service.mapping.clauses import Sentence
from service.mapping.lexicon import Topic

_NONE: Final[AbstractSet[str]] = frozenset()


@dataclass(slots=True)
class Topics:
    """What has been told of so far."""

    here: set[str] = field(default_factory=set)  # elements whose own part the text has told of
    elsewhere: AbstractSet[str] = _NONE  # elements of which this sentence tells for another part
    _going: set[str] = field(default_factory=set)  # those after it as well

    def enter(self, sentence: Sentence, matches: Sequence[Match]) -> None:
        """Go on to the next sentence."""
        found = [(each.places, each.meaning) for each in matches if type(each.meaning) is Topic]
        if found:
            ignored = ignored_places(matches)
            found = [
                each for each in found if all((each[1].element, place) not in ignored for place in each[0])
            ]
        if not (found or self._going):
            self.elsewhere = _NONE
            return
        topics = {topic for _, topic in found}
        here = {each.element for each in topics if each.kind == "here"}
        there = {each.element for each in topics if each.kind != "here"}
        going = {each.element for each in topics if each.kind == "going_elsewhere"}
        carried = set() if sentence.opens_paragraph else self._going - here
        self.elsewhere = there | carried
        self._going = (carried | going) - here
        if not sentence.aside:
            self.here |= here
