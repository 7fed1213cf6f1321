"""What a part of the administrations comes to: pieces of what is billed, notes, and what is asked."""

from collections.abc import Iterable
from typing import NamedTuple

from service.mapping.tables.infusion.administrations import (
    ROLES,
    Administration,
    Billed,
    Note,
    Piece,
    Unanswered,
)


class Outcome(NamedTuple):
    """Pieces and notes count only where nothing is asked."""

    pieces: list[Piece]
    notes: list[Note]
    asked: list[Unanswered]


def nothing() -> Outcome:
    return Outcome([], [], [])


def together(outcomes: Iterable[Outcome]) -> Outcome:
    whole = nothing()
    for each in outcomes:
        whole.pieces.extend(each.pieces)
        whole.notes.extend(each.notes)
        whole.asked.extend(each.asked)
    return whole


def billed(outcome: Outcome) -> tuple[Billed, ...]:
    """One line a role, each with the notes that belong to it."""
    roles = dict.fromkeys((piece.role, piece.with_modifier_59) for piece in outcome.pieces)
    lines = (_line([p for p in outcome.pieces if (p.role, p.with_modifier_59) == role]) for role in roles)
    ordered = sorted(lines, key=lambda line: (ROLES.index(line.role), line.with_modifier_59))
    return _with_notes(ordered, outcome.notes)


def _line(pieces: list[Piece]) -> Billed:
    numbers = tuple(sorted({number for piece in pieces for number in piece.numbers}))
    because = "; ".join(piece.because for piece in pieces)
    return Billed(pieces[0].role, sum(p.units for p in pieces), numbers, because, pieces[0].with_modifier_59)


def _with_notes(lines: list[Billed], notes: list[Note]) -> tuple[Billed, ...]:
    """Say each note once, beside the first line that the administration it speaks of stands behind."""
    own: dict[int, list[Note]] = {}
    for note in notes:
        place = next(place for place, line in enumerate(lines) if note.beside in line.numbers)
        own.setdefault(place, []).append(note)
    return tuple(_noted(line, own.get(place, [])) for place, line in enumerate(lines))


def _noted(line: Billed, notes: list[Note]) -> Billed:
    numbers = tuple(sorted({*line.numbers, *(number for note in notes for number in note.numbers)}))
    because = "; ".join((line.because, *(note.because for note in notes)))
    return Billed(line.role, line.units, numbers, because, line.with_modifier_59)


def called(given: Administration) -> str:
    return given.drug or "one drug"


def hours(count: int) -> str:
    return "1 further hour" if count == 1 else f"{count} further hours"
