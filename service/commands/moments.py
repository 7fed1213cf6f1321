"""Moments, as they are given on the command line."""

from datetime import UTC, datetime

from service.domain.errors import SetupError


def moment_given(option: str, text: str | None) -> float:
    """Seconds since the epoch; without an offset it is UTC. Not given is 0."""
    if not text:
        return 0.0
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SetupError(f"--{option}: {text!r} is no time: write 2026-03-01T14:00-06:00") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
