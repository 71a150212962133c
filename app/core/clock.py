"""The current time. Everything reads it here, so that it can be replaced in one place."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_pretended_moment: ContextVar[datetime | None] = ContextVar("pretended_moment", default=None)


def now() -> datetime:
    """Return the current moment, aware, in UTC."""
    return _pretended_moment.get() or datetime.now(UTC)


@contextmanager
def pretend_moment(moment: datetime) -> Iterator[None]:
    """Let now() return `moment` in this thread, inside the block.

    For demo data: what happened months ago is written by the functions that write it today.
    """
    token = _pretended_moment.set(moment)
    try:
        yield
    finally:
        _pretended_moment.reset(token)
