"""Rejection: why a line is no charge."""

from typing import Final

OTHER: Final = "other"
REASONS: Final = (
    "not_performed",
    "not_billable",
    "duplicate",
    "wrong_patient",
    "wrong_code",
    "bundled",
    "insufficient_documentation",
    "test_or_training",
    OTHER,
)
