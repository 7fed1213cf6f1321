"""Statistics for the dashboard: work a day, acceptance by row, how long a charge takes."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from service.api.access import CandidateReader
from service.api.parts import PartsOf
from service.pipeline.statistics import statistics_of

router = APIRouter(prefix="/v1/statistics", tags=["operations"])


class DayOut(BaseModel):
    """How much was decided on one day, UTC."""

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


@router.get("")
def show_statistics(
    parts: PartsOf, user: CandidateReader, days: Annotated[int, Query(ge=1, le=366)] = 30
) -> StatisticsOut:
    """Count the last days, today among them."""
    with parts.database.look() as store:
        return StatisticsOut(**asdict(statistics_of(store, user.facility, days)))
