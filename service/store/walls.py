"""Walls: rows of another facility do not exist for who asks, nor, in reports, what was sent for training."""

from sqlalchemy import ColumnElement, FromClause, exists, not_, or_, true

from service.domain.event import PRODUCTION
from service.store.tables import candidate, event, procedure_event
from service.store.users import ALL_FACILITIES


def within(table: FromClause, facility: str) -> ColumnElement[bool]:
    """That a row lies within a facility; ALL_FACILITIES = wherever it lies."""
    return true() if facility == ALL_FACILITIES else table.c.facility == facility


def of_production() -> ColumnElement[bool]:
    """That a line of the queue is not of training messages (MSH-11) alone.

    A FHIR resource that is marked as test data later takes back what it said: that procedure has both.
    """
    sent = procedure_event.join(event, event.c.id == procedure_event.c.event_id)
    told = exists().select_from(sent).where(procedure_event.c.procedure_id == candidate.c.procedure_id)
    is_production = event.c.processing_id == PRODUCTION
    return or_(not_(told.where(not_(is_production))), told.where(is_production))
