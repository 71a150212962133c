"""Find sent blasts by their names and texts, for the search over everything."""

from sqlalchemy import Select, func, select

from app.core.search_terms import build_text_filter
from app.delivery.models import MessageLog

SHOWN_CHARACTERS = 80


def select_blast_matches(search: str, limit: int) -> Select[int, str, str | None]:
    """Return id, name and text of the latest blasts that fit, as columns id, title, detail."""
    text = func.substr(MessageLog.message_body, 1, SHOWN_CHARACTERS)
    statement = select(
        MessageLog.id.label("id"),
        func.coalesce(MessageLog.name, text).label("title"),
        MessageLog.event_title.label("detail"),
    )
    has_words = build_text_filter(search, MessageLog.name, MessageLog.message_body)
    return statement.where(has_words).order_by(MessageLog.id.desc()).limit(limit)
