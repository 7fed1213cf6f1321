"""Logs: JSON lines on stderr, of named keys only; no exception text, for it may quote a patient."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

#: What a log line may hold. A key that is not here is dropped, whoever
#: wrote it; a test sees to it that ours are. None of them holds what a person or a message said.
ALLOWED: Final = frozenset(
    {
        *("event", "level", "timestamp", "logger"),
        *("reason", "why", "error", "problem", "incident", "state", "count"),  # what is the matter
        *("event_id", "charge", "candidate", "queue", "path", "way"),  # with what
        *("address", "peer"),  # on which line
        *("ehr", "kind", "resource_type", "first", "last", "given_up"),  # at which FHIR server
        *("loaded", "published", "at"),  # since when, by which files
    }
)


def configure_logs() -> None:
    """Set up structlog, and route the libraries' logging through the same door."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries()], force=True)
    logging.captureWarnings(True)


def _only_allowed(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in line.items() if key in ALLOWED}


class _Libraries(logging.Handler):
    """Says that a library logged something, without its words: they may quote what it worked on."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        place = f"{record.module}:{record.lineno}"
        structlog.get_logger().warning("library", logger=record.name, reason=place, error=kind)
