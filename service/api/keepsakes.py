"""What a user keeps: views of the worklist, settings, drafts that outlive a session; and how the day went."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import AfterValidator, BaseModel, Field

from service.api.access import Caller, CandidateReader, Decider
from service.api.filters import FilterIn
from service.api.inputs import In, encoded, shown
from service.api.parts import PartsOf
from service.api.schemas import moment
from service.store.keepsakes import Keepsake, Kind
from service.store.transaction import AuditEntry

router = APIRouter(prefix="/v1", tags=["own"])
_LARGEST = 16 * 1024
_SETTINGS = "all"


def _small(value: Any) -> Any:
    if len(encoded(value)) > _LARGEST:
        message = f"this is longer than {_LARGEST} bytes of JSON"
        raise ValueError(message)
    return value


_Json = Annotated[dict[str, Any], AfterValidator(_small)]
ViewName = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.+-]{0,63}$", description="Names no patient")
]


class ViewIn(In):
    """A worklist to come back to."""

    model_config = shown(filter={"payer": ["medicare"], "question": True}, columns=["code", "service_date"])

    filter: FilterIn
    columns: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=50)] = Field(
        default_factory=list
    )


class ViewOut(BaseModel):
    """A worklist to come back to; `filter` as in a query, without what was left out."""

    name: str
    filter: dict[str, Any]
    columns: list[str]
    version: int


class SettingsIn(In):
    """What the page is to remember."""

    model_config = shown(settings={"theme": "dark"})

    settings: _Json


class SettingsOut(BaseModel):
    """What the page is to remember."""

    settings: dict[str, Any]


class DraftIn(In):
    """What was begun on a line, and not sent."""

    model_config = shown(content={"edit": {"units": "2"}})

    content: _Json


class DraftOut(BaseModel):
    """What was begun on a line, and not sent."""

    content: dict[str, Any]
    updated_at: datetime


class DayOut(BaseModel):
    """How many lines one decided on since midnight of one's facility."""

    since: datetime
    decisions: dict[str, int]


@router.get("/views")
def list_views(parts: PartsOf, user: CandidateReader) -> list[ViewOut]:
    """My worklists, by name."""
    with parts.database.look() as store:
        return [_view(each) for each in store.keepsakes.all(user.name, Kind.VIEW)]


@router.put("/views/{name}")
def put_view(name: ViewName, body: ViewIn, parts: PartsOf, user: CandidateReader) -> ViewOut:
    """Keep a worklist under a name."""
    filter_ = body.filter.model_dump(mode="json", exclude_defaults=True)
    with parts.database.transaction() as store:
        content = {"filter": filter_, "columns": body.columns}
        return _view(store.keepsakes.put(user.name, Kind.VIEW, name, content))


@router.delete("/views/{name}", status_code=204)
def drop_view(name: ViewName, parts: PartsOf, user: CandidateReader) -> None:
    """Keep a worklist no longer."""
    with parts.database.transaction() as store:
        store.keepsakes.drop(user.name, Kind.VIEW, name)


@router.get("/me/settings")
def show_settings(parts: PartsOf, user: Caller) -> SettingsOut:
    """What the page remembers for me."""
    with parts.database.look() as store:
        kept = store.keepsakes.all(user.name, Kind.SETTINGS)
    return SettingsOut(settings=kept[0].content if kept else {})


@router.put("/me/settings")
def put_settings(body: SettingsIn, parts: PartsOf, user: Caller) -> SettingsOut:
    """Have the page remember something, in the place of what it remembered."""
    with parts.database.transaction() as store:
        store.keepsakes.put(user.name, Kind.SETTINGS, _SETTINGS, body.settings)
    return SettingsOut(settings=body.settings)


@router.get("/me/day")
def show_day(parts: PartsOf, user: Decider) -> DayOut:
    """How my day goes."""
    with parts.database.look() as store:
        since = parts.days.begin(store.now, user.facility)
        decided = store.candidates.decided(user.name, since)
    return DayOut(since=moment(since), decisions=decided)


@router.get(
    "/candidates/{identifier}/draft",
    response_model=DraftOut,
    responses={204: {"description": "Nothing was begun"}},
)
def show_draft(identifier: str, parts: PartsOf, user: Decider) -> DraftOut | Response:
    """What I began on a line, and did not send."""
    with parts.database.transaction() as store:
        line = store.candidates.get(identifier, user.facility)
        draft = store.keepsakes.find(user.name, Kind.DRAFT, line.id)
        if draft is None:
            return Response(status_code=204)
        store.audit(AuditEntry(line.facility, "review", user.name, "draft.read", "candidate", line.id))
    return DraftOut(content=draft.content, updated_at=moment(draft.updated_at))


@router.put("/candidates/{identifier}/draft")
def put_draft(identifier: str, body: DraftIn, parts: PartsOf, user: Decider) -> DraftOut:
    """Keep what I began on a line; nobody else sees it."""
    with parts.database.transaction() as store:
        line = store.candidates.get(identifier, user.facility)
        draft = store.keepsakes.put(user.name, Kind.DRAFT, line.id, body.content)
        store.audit(AuditEntry(line.facility, "review", user.name, "draft", "candidate", line.id))
    return DraftOut(content=draft.content, updated_at=moment(draft.updated_at))


@router.delete("/candidates/{identifier}/draft", status_code=204)
def drop_draft(identifier: str, parts: PartsOf, user: Decider) -> None:
    """It was sent, or is not wanted any more."""
    with parts.database.transaction() as store:
        line = store.candidates.get(identifier, user.facility)
        store.keepsakes.drop(user.name, Kind.DRAFT, line.id)
        store.audit(AuditEntry(line.facility, "review", user.name, "draft.drop", "candidate", line.id))


def _view(kept: Keepsake) -> ViewOut:
    return ViewOut(name=kept.name, version=kept.version, **kept.content)
