"""Find events by their titles and places, for the search over everything."""

from sqlalchemy import Select, select

from app.core.search_terms import build_text_filter
from app.events.models import Event


def select_event_matches(search: str, limit: int) -> Select[int, str, str | None]:
    """Return id, title and place of the latest events that fit, as columns id, title, detail."""
    statement = select(
        Event.id.label("id"), Event.title.label("title"), Event.place.label("detail")
    )
    has_words = build_text_filter(search, Event.title, Event.place)
    return statement.where(has_words).order_by(Event.date.desc(), Event.id.desc()).limit(limit)
