"""Topics: of which part of the body a sentence tells, where a note tells of several.

"The knee was injected under ultrasound guidance" beside an epidural: whose guidance was that? What is told of
another part of the body is disputed, but only in a note that tells of the element's own part as well.
"""

from dataclasses import dataclass, field
from typing import Final

from service.mapping.narrative.claims import Found, ignored_places
from service.mapping.narrative.clauses import Sentence

_NONE: Final[frozenset[str]] = frozenset()


@dataclass(slots=True)
class Topics:
    """What has been told of so far."""

    here: set[str] = field(default_factory=set)  # elements whose own part the text has told of
    elsewhere: frozenset[str] = _NONE  # elements of which this sentence tells for another part
    _going: set[str] = field(default_factory=set)  # those after it as well

    def enter(self, sentence: Sentence, found: Found) -> None:
        """Go on to the next sentence."""
        if not (found.topics or self._going):
            self.elsewhere = _NONE
            return
        ignored = ignored_places(found)
        topics = {
            topic
            for places, topic in found.topics
            if all((topic.element, place) not in ignored for place in places)
        }
        here = {each.element for each in topics if each.kind == "here"}
        there = {each.element for each in topics if each.kind != "here"}
        going = {each.element for each in topics if each.kind == "going_elsewhere"}
        carried = set() if sentence.opens_paragraph else self._going - here
        self.elsewhere = frozenset(there | carried)
        self._going = (carried | going) - here
        if not sentence.aside:
            self.here |= here
