"""Worklist: a page of the queue, also where only the edits of each line say whether it belongs there."""

from typing import Final

from service.domain.review import Candidate
from service.domain.worklist import Filter, Key
from service.pipeline.day import edits_of
from service.store import Store
from service.store.worklist import Page

#: Most lines whose edits are drawn up for one page: each takes a look at the patient's day.
_MOST: Final = 200


def page(store: Store, facility: str, wanted: Filter, *, limit: int, after: Key | None = None) -> Page:
    """A page of a worklist; it may be short, even empty, and still not be the last."""
    if wanted.has_edit is None:
        return store.worklist.page(facility, wanted, limit=limit, after=after)
    looked = store.worklist.page(facility, wanted, limit=_MOST, after=after)
    fitting = [line for line in looked.lines if bool(edits_of(store, line)) is wanted.has_edit]
    if len(fitting) <= limit:
        return Page(fitting, looked.after)
    return Page(fitting[:limit], _place_of(fitting[limit - 1]))


def _place_of(line: Candidate) -> Key:
    return Key(line.sequence, line.service_date)
