"""Search: lines found by the words of their notes. The words come in a body, and stand in no log or URL."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from service.api.access import CandidateReader
from service.api.inputs import In, shown
from service.api.parts import PartsOf
from service.api.schemas import CandidateOut, candidate_out
from service.domain.charge import OPEN, CandidateStatus
from service.domain.errors import Fault, UnreadableInput
from service.domain.stakes import Stakes
from service.pipeline.notes import Found, Sought, search
from service.store.users import ALL_FACILITIES

router = APIRouter(prefix="/v1/candidates", tags=["review"])


#: As JSON writes it.
_Status = Annotated[CandidateStatus, Field(strict=False)]


class SearchIn(In):
    """Which words, and where."""

    model_config = shown(text="loss of resistance", limit=20)

    text: Annotated[str, Field(min_length=1, max_length=200, description="Words, all of which must occur")]
    facility: Annotated[
        str, Field(max_length=64, pattern=r"^[^*\s\x00]*$", description="Needed by who sees all")
    ] = ""
    status: Annotated[
        list[_Status] | None,
        Field(description="By default what waits for a person", max_length=6),
    ] = None
    limit: Annotated[int, Field(ge=1, le=50, description="Notes of a page")] = 20
    after: Annotated[int | None, Field(ge=0, le=2**62, description="As the page before says")] = None


class SnippetOut(BaseModel):
    """A place of a note."""

    event: str
    path: str  # of the text: OBX[3]-5
    start: int  # characters of that text
    end: int
    text: str
    words: list[tuple[int, int]]  # where in that text they stand, from and to


class FoundOut(BaseModel):
    """A line, and where its note has the words."""

    line: CandidateOut
    snippets: list[SnippetOut]


class SearchPage(BaseModel):
    """A page of what was found, of the newest notes first. It may be empty, and still have a next one."""

    items: list[FoundOut]
    after: int | None
    left_out: list[str]  # words that nothing is found by: the commonest, and long numbers


@router.post("/search")
def search_notes(body: SearchIn, parts: PartsOf, user: CandidateReader) -> SearchPage:
    """Find lines by words of their notes, within one facility.

    Whole words, without regard to case and accents. The patient's own names are never found. Nothing is
    changed by it but the audit trail, which says who searched and how much was found, and not for what.
    """
    reach = body.facility if user.facility == ALL_FACILITIES else user.facility
    if not reach:
        raise UnreadableInput(Fault("/facility", "101", "name the facility whose notes are searched"))
    statuses = frozenset(each.value for each in body.status or OPEN)
    if body.facility not in ("", reach):
        return SearchPage(items=[], after=None, left_out=[])
    with parts.database.transaction() as store:
        page = search(store, user.name, Sought(reach, body.text, statuses, body.limit, body.after))
    return SearchPage(
        items=[_found(each, parts.stakes) for each in page.found], after=page.after, left_out=page.left_out
    )


def _found(found: Found, stakes: Stakes) -> FoundOut:
    snippets = [
        SnippetOut(event=s.event_id, path=s.path, start=s.start, end=s.end, text=s.text, words=s.words)
        for s in found.snippets
    ]
    return FoundOut(line=CandidateOut(**candidate_out(found.line, stakes)), snippets=snippets)
