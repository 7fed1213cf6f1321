"""Walls: rows of another facility do not exist for who asks, nor, in reports, what was sent for training."""

from sqlalchemy import ColumnElement, FromClause, exists, not_, true

from service.domain.event import PRODUCTION
from service.store.tables import candidate, event, procedure_event
from service.store.users import ALL_FACILITIES


def within(table: FromClause, facility: str) -> ColumnElement[bool]:
    """That a row lies within a facility; ALL_FACILITIES = wherever it lies."""
    return true() if facility == ALL_FACILITIES else table.c.facility == facility


def of_production() -> ColumnElement[bool]:
    """That a line of the queue is of no training message (MSH-11): a procedure has none, or no others."""
    sent = procedure_event.join(event, event.c.id == procedure_event.c.event_id)
    training = exists().select_from(sent).where(procedure_event.c.procedure_id == candidate.c.procedure_id)
    return not_(training.where(event.c.processing_id != PRODUCTION))
