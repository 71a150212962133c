"""Reading events, who registered for them, and what was sent to them."""

from app.events.queries.events import event, events, pool

__all__ = ["event", "events", "pool"]
