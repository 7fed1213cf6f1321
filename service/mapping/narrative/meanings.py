"""Meanings: what a phrase of mappings/terms is good for, where it stands."""

from dataclasses import dataclass
from enum import Enum

from service.domain.documentation import Value
from service.mapping.narrative.clauses import Reach
from service.mapping.narrative.marks import DATES, LEVEL, TIME, VERTEBRA
from service.mapping.narrative.numbers import NUMBER


class Within(Enum):
    """The value stands within the phrase: its spinal level, its number, its time or day."""

    LEVEL = "level"
    NUMBER = "number"
    INTEGER = "integer"
    TIME = "time"  # the first of the phrase
    LAST_TIME = "last time"
    DAY = "day"

    @property
    def marks(self) -> tuple[str, ...]:
        """One of these must stand in the phrase."""
        if self in (Within.TIME, Within.LAST_TIME):
            return (TIME,)
        if self is Within.DAY:
            return DATES
        return (LEVEL, VERTEBRA) if self is Within.LEVEL else (NUMBER,)


@dataclass(frozen=True, slots=True)
class States:
    """The phrase states a value."""

    element: str
    value: Value | Within
    of: str = ""  # a denial: what was not so
    plain: bool = False  # stands unless it is denied, set aside, or told of years ago
    though_aside: bool = False  # names the heading that sets it aside, and stands
    beside: frozenset[Value] | None = None  # stands only where the note states none but these
    one_of_several: bool = False  # the element tells of one thing of a group
    by_level: bool = False  # tells of the levels beside which it stands
    failing_that: bool = False  # only where its sentence states no other value; disputed then
    titles_only: bool = False  # in a title, and only held against what the text below says
    borne_out: bool = False  # only where the note bears out what it is of: the line of a form

    def stands_beside(self, doubt: str) -> bool:
        """Whether it stands although its whole sentence is taken back so."""
        return (self.plain and doubt == "history") or (self.though_aside and doubt == "aside")


@dataclass(frozen=True, slots=True)
class Cue:
    """The phrase takes back what stands in its reach."""

    kind: str
    reach: Reach
    element: str = ""  # of this element alone


@dataclass(frozen=True, slots=True)
class Ignored:
    """The words of the phrase do not speak of this element."""

    element: str


@dataclass(frozen=True, slots=True)
class Hinders:
    """Where the phrase stands, text does not settle this value, or (`disputes`) contests it."""

    element: str
    value: Value | None  # None: any value
    unless: frozenset[str]  # the kinds of doubt in which it does not count
    disputes: bool = False


@dataclass(frozen=True, slots=True)
class Mentions:
    """The phrase speaks of the element; a sentence that states nothing of it disputes it."""

    element: str
    value: Value | Within | None  # None: any


@dataclass(frozen=True, slots=True)
class BearsOut:
    """The phrase tells what was done, of which titles, or the lines of a form, say the rest."""

    element: str


@dataclass(frozen=True, slots=True)
class Topic:
    """The phrase says of which part of the body its sentence tells, for one element."""

    element: str
    kind: str  # here | elsewhere | going_elsewhere


@dataclass(frozen=True, slots=True)
class Mark:
    """A phrase that steers the reading itself."""

    kind: str  # lasting | present | taking_back | harmless | formulas, and those of sections


#: What is said of an element; all else steers the reading.
Claimed = States | Hinders | Mentions | BearsOut
Meaning = Claimed | Cue | Ignored | Mark | Topic
