"""Worklist: a page of the queue, also where only a look at each line says whether it belongs there."""

from typing import Final

from service.domain.review import Candidate
from service.domain.worklist import Filter, Key
from service.pipeline.day import day_of
from service.store import Store
from service.store.worklist import Page

#: Most lines that are looked at for one page: whether an edit bites takes a look at the patient's day.
_MOST: Final = 200


def page(store: Store, facility: str, wanted: Filter, *, limit: int, after: Key | None = None) -> Page:
    """A page of a worklist; it may be short, even empty, and still not be the last."""
    if wanted.has_edit is None and wanted.fits is None:
        return store.worklist.page(facility, wanted, limit=limit, after=after)
    looked = store.worklist.page(facility, wanted, limit=_MOST, after=after)
    fitting = [line for line in looked.lines if _fits(store, line, wanted)]
    if len(fitting) <= limit:
        return Page(fitting, looked.after)
    return Page(fitting[:limit], wanted.key_of(fitting[limit - 1]))


def _fits(store: Store, line: Candidate, wanted: Filter) -> bool:
    if wanted.fits is not None and not wanted.fits(line):
        return False
    return wanted.has_edit is None or bool(day_of(store, line).edits(store)) is wanted.has_edit
