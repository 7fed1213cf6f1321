"""Notes: a blind index of their words, and the texts themselves, sealed. Empty unless a site turns it on."""

import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, select, update

from service.domain.note import Note, NoteText
from service.store.note_tables import note, note_word
from service.store.prepared import PreparedRows, PreparedSearch
from service.store.transaction import Transaction

#: Notes of the rarest word that are looked at for one page; also how far it is counted which that is.
LOOKED_AT: Final = 1_000
_FASTEST: Final = 1
_HALF: Final = 1 << 63


@dataclass(frozen=True, slots=True)
class FoundNote:
    """A note in which all words occur."""

    procedure_id: str
    texts: tuple[NoteText, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class FoundNotes:
    """A page of them, the newest first; `after` is where the next one begins, None at the end."""

    notes: list[FoundNote] = field(repr=False)
    after: int | None


class Notes:
    """Keeping what is written of procedures, and finding it by its words."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._keyring = transaction.keyring

    def keep(self, notes: Sequence[Note]) -> None:
        """Have the index say what is written of these procedures now; of one without a text, nothing."""
        known = {row.procedure_id: row for row in self._known([each.procedure_id for each in notes])}
        rows = [(known.get(each.procedure_id), self._row(each)) for each in notes if each.texts]
        kept = {row["procedure_id"] for _, row in rows}
        self._drop([row for identifier, row in known.items() if identifier not in kept])
        for before, row in rows:
            if before and before.digest != row["digest"]:
                self._replace(before, row)
        self._add([row for before, row in rows if before is None])

    def are_kept(self) -> bool:
        """Whether there is anything in the index."""
        return self._connection.execute(select(note.c.sequence).limit(1)).first() is not None

    def forget(self, most: int) -> int:
        """Forget some notes; gives how many."""
        rows = self._connection.execute(select(*_KNOWN_COLUMNS).limit(most)).all()
        self._drop(rows)
        return len(rows)

    def find(self, facility: str, words: Iterable[str], limit: int, after: int | None = None) -> FoundNotes:
        """The notes of a facility in which all these words occur, after a place.

        Those of the rarest word are looked at, and never more than a thousand of them: then the page is
        short, and the next one goes on from there.
        """
        hashes = self._hashes(facility, words)
        rarest = min(hashes, key=self._count)
        fits = and_(*(_occurs(each) for each in hashes if each != rarest)) if len(hashes) > 1 else None
        columns = [note_word.c.note, fits.label("fits")] if fits is not None else [note_word.c.note]
        query = select(*columns).where(note_word.c.word == rarest)
        if after is not None:
            query = query.where(note_word.c.note < after)
        looked = self._connection.execute(query.order_by(note_word.c.note.desc()).limit(LOOKED_AT)).all()
        fitting = [row.note for row in looked if fits is None or row.fits]
        end = looked[-1].note if len(looked) == LOOKED_AT else None
        if len(fitting) > limit:
            fitting = fitting[:limit]
            end = fitting[-1]
        return FoundNotes(self._opened(facility, fitting), end)

    def _known(self, identifiers: list[str]) -> list[Any]:
        return [_Known(*row) for row in _KNOWN.run(self._connection, identifiers)] if identifiers else []

    def _row(self, each: Note) -> dict[str, Any]:
        texts = orjson.dumps([(text.event_id, text.path, text.text) for text in each.texts])
        sealed = self._keyring.seal(zlib.compress(texts, _FASTEST), _place(each.procedure_id, each.facility))
        hashes = sorted(self._hashes(each.facility, each.words))
        packed = array("q", hashes).tobytes()
        return {
            "facility": each.facility,
            "procedure_id": each.procedure_id,
            "digest": self._keyring.fingerprint("note", packed.hex(), texts.decode()),
            "words": packed,
            "sealed_texts": sealed,
        }

    def _hashes(self, facility: str, words: Iterable[str]) -> set[int]:
        return {int(self._keyring.fingerprint("word", facility, word)[:16], 16) - _HALF for word in words}

    def _add(self, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        _NEW.run(self._connection, rows)
        places = {
            row.procedure_id: row.sequence for row in self._known([row["procedure_id"] for row in rows])
        }
        self._put((places[row["procedure_id"]], _unpacked(row["words"])) for row in rows)

    def _replace(self, before: Any, row: dict[str, Any]) -> None:
        old, new = _unpacked(before.words), _unpacked(row["words"])
        self._take([(before.sequence, old - new)])
        self._put([(before.sequence, new - old)])
        self._connection.execute(update(note).where(note.c.sequence == before.sequence).values(**row))

    def _drop(self, rows: Sequence[Any]) -> None:
        self._take((row.sequence, _unpacked(row.words)) for row in rows)
        if rows:
            self._connection.execute(delete(note).where(note.c.sequence.in_([row.sequence for row in rows])))

    def _put(self, places: Iterable[tuple[int, set[int]]]) -> None:
        rows = [{"word": word, "note": place} for place, words in places for word in sorted(words)]
        if rows:
            _NEW_WORDS.run(self._connection, rows)

    def _take(self, places: Iterable[tuple[int, set[int]]]) -> None:
        rows = [{"of_word": word, "of_note": place} for place, words in places for word in sorted(words)]
        if rows:
            self._connection.execute(_GONE_WORD, rows)

    def _count(self, word: int) -> int:
        some = select(note_word.c.note).where(note_word.c.word == word).limit(LOOKED_AT + 1).subquery()
        return self._connection.scalar(select(func.count()).select_from(some)) or 0

    def _opened(self, facility: str, places: Sequence[int]) -> list[FoundNote]:
        # The facility once more: a hash says so only as far as hashes do.
        query = select(note).where(note.c.sequence.in_(places), note.c.facility == facility)
        rows = self._connection.execute(query.order_by(note.c.sequence.desc()))
        return [FoundNote(row.procedure_id, self._texts(row)) for row in rows]

    def _texts(self, row: Any) -> tuple[NoteText, ...]:
        opened = self._keyring.open(row.sealed_texts, _place(row.procedure_id, row.facility))
        return tuple(NoteText(*each) for each in orjson.loads(zlib.decompress(opened)))


@dataclass(frozen=True, slots=True)
class _Known:
    """A note that is kept."""

    sequence: int
    procedure_id: str
    digest: str
    words: bytes


def _occurs(word: int) -> ColumnElement[bool]:
    other = note_word.alias()
    return exists().where(other.c.word == word, other.c.note == note_word.c.note)


def _unpacked(words: bytes) -> set[int]:
    return set(array("q", words))


def _place(procedure_id: str, facility: str) -> str:
    return f"note/{procedure_id}/{facility}"


_KNOWN_COLUMNS = (note.c.sequence, note.c.procedure_id, note.c.digest, note.c.words)
_KNOWN = PreparedSearch(select(*_KNOWN_COLUMNS), note.c.procedure_id)
_NEW = PreparedRows(note)
_NEW_WORDS = PreparedRows(note_word)
_GONE_WORD = delete(note_word).where(
    note_word.c.word == bindparam("of_word"), note_word.c.note == bindparam("of_note")
)
