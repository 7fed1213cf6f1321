"""Statistics for the dashboard: work a day, acceptance by row, how long a charge takes."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from service.api.access import CandidateReader
from service.api.parts import PartsOf
from service.domain.stakes import CURRENCY
from service.pipeline.at_stake import at_stake
from service.pipeline.statistics import statistics_of

router = APIRouter(prefix="/v1/statistics", tags=["operations"])


class DayOut(BaseModel):
    """How much was decided on one day of the facility."""

    day: date
    approved: int
    changed: int
    rejected: int


class RowOut(BaseModel):
    """What people made of the lines of one row."""

    table: str
    row: int
    decided: int
    accepted: int  # approved as they stood


class SpreadOut(BaseModel):
    """Times in days; null where there are none."""

    count: int
    median: float | None
    nine_in_ten: float | None


class StatisticsOut(BaseModel):
    """What happened in the last days, at the facilities of the caller."""

    days: list[DayOut]
    rows: list[RowOut]
    to_approval: SpreadOut  # from the day of service
    to_posting: SpreadOut  # from the approval


class WaitingOut(BaseModel):
    """What waits of one age."""

    age: str  # days since arrival
    lines: int
    unpriced: int  # of them: those of which no price is known
    amount: Decimal | None  # of the others; null = the site has no charge master


class StakesOut(BaseModel):
    """What waits to be charged: how much money, and until when it must be billed."""

    currency: str  # "" = the site has no charge master
    by_age: list[WaitingOut]
    by_limit: dict[str, int]  # days until the payers' filing limits -> lines; {} = the site has noted none


@router.get("/waiting")
def show_waiting(parts: PartsOf, user: CandidateReader) -> StakesOut:
    """Add up what waits, credits apart. What it costs grows with the queue: it is for a dashboard."""
    with parts.database.look() as store:
        found = at_stake(store, user.facility, parts.stakes)
    return StakesOut(
        currency=CURRENCY if parts.stakes.prices else "",
        by_age=[WaitingOut(**asdict(each)) for each in found.by_age],
        by_limit=found.by_limit,
    )


@router.get("")
def show_statistics(
    parts: PartsOf, user: CandidateReader, days: Annotated[int, Query(ge=1, le=366)] = 30
) -> StatisticsOut:
    """Count the last days, today among them."""
    with parts.database.look() as store:
        return StatisticsOut(**asdict(statistics_of(store, user.facility, days, parts.days)))
