"""Reading events, who registered for them, and what was sent to them."""

from app.events.queries.events import (
    build_event_placeholders,
    fetch_all_events,
    find_event,
    select_event_audience,
)

__all__ = [
    "find_event",
    "fetch_all_events",
    "build_event_placeholders",
    "select_event_audience",
]
