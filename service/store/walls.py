"""Walls: rows of another facility do not exist for who asks."""

from sqlalchemy import ColumnElement, FromClause, true

from service.store.users import ALL_FACILITIES


def within(table: FromClause, facility: str) -> ColumnElement[bool]:
    """That a row lies within a facility; ALL_FACILITIES = wherever it lies."""
    return true() if facility == ALL_FACILITIES else table.c.facility == facility
