"""Alembic, driven by service.store.migrate."""
