"""Reading events, who registered for them, and what was sent to them."""

from app.events.queries.events import event, events, placeholders, pool

__all__ = ["event", "events", "placeholders", "pool"]
