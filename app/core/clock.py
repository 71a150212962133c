"""The current time. Everything reads it here, so that tests can replace it in one place."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current moment, aware, in UTC."""
    return datetime.now(UTC)
