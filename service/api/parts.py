"""What the API is made of: handed to it by the wiring."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from service.domain.coverage import CoveragePolicy
from service.domain.ehr import Ehr
from service.domain.feed import Feed
from service.domain.local_days import LocalDays
from service.domain.second_review import SecondReview
from service.domain.stakes import Stakes
from service.mapping.documented.vocabulary import Vocabulary
from service.oidc import Provider
from service.pipeline.chart import Reader
from service.pipeline.receive import Door
from service.pipeline.sign_in import Desk
from service.store import Database


@dataclass(frozen=True, slots=True)
class Address:
    """Under which address people open the page, and whether that may be one without TLS."""

    public_url: str  # "" = as they ask for it
    plain: bool


@dataclass(frozen=True)
class Parts:
    """The things that routes work with."""

    database: Database
    door: Door
    feeds: tuple[Feed, ...]
    days: LocalDays  # of facilities
    destination: str  # where approved charges go
    approved: Callable[[], None]  # told after an approval was committed
    answered: Callable[[], None]  # told after an answer was committed
    vocabulary: Vocabulary  # what answers are checked against
    reader: Reader  # what messages are tried by, with the mappings that are loaded
    digest_on_disk: Callable[[], str]  # of the files as they are now, which may have been edited since
    is_current: Callable[[], bool]  # whether the schema is the one this code was written for
    broker_answers: Callable[[], bool]  # whether workers can be woken; true where there is no broker
    is_stopping: Callable[[], bool]  # whether the process was told to stop: what has no end by itself ends
    body_limit: int  # bytes
    ehrs: Mapping[str, Ehr]  # that may notify
    policies: Sequence[CoveragePolicy]
    stakes: Stakes
    second_review: SecondReview
    desk: Desk  # where people sign in
    provider: Provider | None  # of identities
    address: Address
    certificates: Mapping[str, Path]  # our own, by what they are for
    hold: float  # seconds in which an approval can be undone before it is posted


def parts_of(request: Request) -> Parts:
    """The parts of the application that serves a request."""
    parts: Parts = request.app.state.parts
    return parts


PartsOf = Annotated[Parts, Depends(parts_of)]


def provider_of(parts: PartsOf) -> Provider:
    """The identity provider of the site; where it has none, nothing is there."""
    if parts.provider is None:
        raise HTTPException(404)
    return parts.provider


ProviderOf = Annotated[Provider, Depends(provider_of)]
