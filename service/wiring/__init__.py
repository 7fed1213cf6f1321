"""Wiring: the parts, put together."""

from service.wiring.ehrs import ehrs_of, server_of
from service.wiring.given_settings import read_settings
from service.wiring.opening import begin, current_database, database_of, open_service, warn_of_unpublished
from service.wiring.service import VERSION, Service
from service.wiring.waker import Waker

__all__ = [
    "VERSION",
    "Service",
    "Waker",
    "begin",
    "current_database",
    "database_of",
    "ehrs_of",
    "open_service",
    "read_settings",
    "server_of",
    "warn_of_unpublished",
]
