"""Sequence numbers (MSH-13): what the number of a message says about those before it, by HL7 chapter 2.

A link counts the messages of one sender to one receiver. Nothing is held up by it: what is missing is known.
"""

from enum import StrEnum

from service.domain.frozen import frozen

_RESYNCHRONISE = -1
_BEGINNING = 1
_MOST_GAPS = 100  # that are remembered of one link; the oldest are forgotten first


class Sequencing(StrEnum):
    """How a numbered message stands to those before it on its link."""

    NEXT = ""  # as expected, or the first of all
    GAP = "gap"  # some before it have not come
    LATE = "late"  # it was missing
    AGAIN = "again"  # its number stood on another message
    RESTART = "restart"  # the sender begins anew: 0, -1, or 1 where a higher number was expected


@frozen
class Numbered:
    """MSH-13 of a message, and the link on which it counts."""

    number: int
    link: str  # MSH-3|MSH-4|MSH-5|MSH-6
    facility: str = ""  # for which its sender speaks; what it sends may go to those of several feeds


def sender_of(link: str) -> str:
    """MSH-3|MSH-4 of a link."""
    return "|".join(link.split("|")[:2])


@frozen
class Progress:
    """How far the messages of a link have come."""

    last: int = 0  # the highest number that was taken; 0 = none: whichever comes next begins
    missing: tuple[tuple[int, int], ...] = ()  # from, to: below `last`, and never came

    def __str__(self) -> str:
        """What is missing, "5-6, 9"."""
        return ", ".join(f"{first}-{end}" if end > first else str(first) for first, end in self.missing)


@frozen
class Placed:
    """A number, held against the progress of its link."""

    sequencing: Sequencing
    expected: int  # MSA-4
    after: Progress


def place(number: int, before: Progress) -> Placed:
    """What a number says, what is answered to it, and how far the link has come when it is taken."""
    last = before.last
    if number <= 0:
        return _begun_anew(number, before)
    if number == last + 1 or not last:
        return Placed(Sequencing.NEXT, number, Progress(number, before.missing))
    if number == _BEGINNING:
        return Placed(Sequencing.RESTART, number, Progress(number))
    if number > last:
        missing = (*before.missing, (last + 1, number - 1))
        return Placed(Sequencing.GAP, last + 1, Progress(number, missing[-_MOST_GAPS:]))
    missing = tuple(left for gap in before.missing for left in _without(number, *gap))
    if missing == before.missing:
        return Placed(Sequencing.AGAIN, last + 1, before)
    return Placed(Sequencing.LATE, number, Progress(last, missing[-_MOST_GAPS:]))


def _begun_anew(number: int, before: Progress) -> Placed:
    if number == _RESYNCHRONISE:
        return Placed(Sequencing.RESTART, _RESYNCHRONISE, Progress())
    return Placed(Sequencing.RESTART, _wanted(before), before)


def _wanted(progress: Progress) -> int:
    """Where a sender that starts anew goes on: at the first that is missing; -1 = wherever it likes."""
    if progress.missing:
        return progress.missing[0][0]
    return progress.last + 1 if progress.last else _RESYNCHRONISE


def _without(number: int, first: int, end: int) -> list[tuple[int, int]]:
    """A gap, once a number of it has come."""
    if not first <= number <= end:
        return [(first, end)]
    return [(a, b) for a, b in ((first, number - 1), (number + 1, end)) if a <= b]
