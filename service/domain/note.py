"""Note: the texts that document a procedure, as they stand now."""

from dataclasses import field

from service.domain.frozen import frozen


@frozen
class NoteText:
    """One text of a note, and where it stands."""

    event_id: str
    path: str  # as in Source
    text: str = field(repr=False)


@frozen
class Note:
    """All that is written of one procedure."""

    facility: str
    procedure_id: str
    texts: tuple[NoteText, ...] = field(repr=False)
    words: frozenset[str] = field(repr=False)  # folded, those that it may be found by
