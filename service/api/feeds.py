"""Feeds in operation: what each brought, what became of it, and which of them need a person."""

from typing import Annotated

from fastapi import APIRouter, Path

from service.api.access import Operator
from service.api.feed_schemas import FeedDetail, FeedOut, detail_of, feed_out
from service.api.parts import PartsOf
from service.pipeline.feeds import NO_FEED, standing, standings

router = APIRouter(prefix="/v1/feeds", tags=["operations"])
FeedName = Annotated[str, Path(max_length=64, description=f"{NO_FEED} = messages that no feed takes")]


@router.get("")
def list_feeds(parts: PartsOf, user: Operator) -> list[FeedOut]:
    """Every feed, with its counters, its lag and its silence alarm."""
    with parts.database.look() as store:
        return [feed_out(each) for each in standings(store, parts.feeds, user.facility)]


@router.get("/{name}")
def show_feed(name: FeedName, parts: PartsOf, user: Operator) -> FeedDetail:
    """One feed: why messages were set aside, what it gets wrong, and what it brought hour by hour."""
    with parts.database.look() as store:
        found = standing(store, parts.feeds, user.facility, name)
        return detail_of(store, parts.feeds, found, user.facility)
