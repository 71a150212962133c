"""What the leader does beside sending, on the same asyncio loop."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

# Calls `work(*values)` on the engine's database thread and waits for it without blocking the loop.
DatabaseRunner = Callable[..., Awaitable[Any]]


class BackgroundJob(Protocol):
    """A job that runs only while this process leads."""

    def tick(self, monotonic: float) -> None:
        """Start what is due; called with the loop's clock about ten times a second."""

    async def close(self) -> None:
        """Cancel what is running; it stays due."""
