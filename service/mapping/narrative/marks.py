"""Marks: what stands among the words of a text in place of words, and for its stops."""

from typing import Final

LEVEL: Final = "{level}"  # an interspace ("L4-5")
VERTEBRA: Final = "{vertebra}"  # a single vertebra ("T6")
YEAR: Final = "{year}"
QUESTION: Final = "{question}"
#: A time of day, where it is clear which half of the day is meant; and one where it is not.
TIME: Final = "{time}"
UNCLEAR_TIME: Final = "{unclear time}"
#: Dates: before the day of service, that day, after it.
EARLIER: Final = "{earlier}"
TODAY: Final = "{today}"
LATER: Final = "{later}"
DATES: Final = (EARLIER, TODAY, LATER)
#: What a template left to be filled in ("***", "@LEVEL@", "{left/right:12}"), and a box that nobody ticked.
UNFILLED: Final = "{unfilled}"
UNTICKED: Final = "{unticked}"
#: All stops are read as one of these.
SENTENCE_END: Final = "."
PARAGRAPH_END: Final = "\n"
STOPS: Final = frozenset({SENTENCE_END, PARAGRAPH_END})
COMMA: Final = ","
COLON: Final = ":"
#: These take nothing back.
HARMLESS_MARKS: Final = frozenset({COLON, COMMA, TIME, TODAY, UNCLEAR_TIME})
