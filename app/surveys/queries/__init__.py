"""Reading surveys, who answers them, and what was answered."""

from app.surveys.queries.surveys import (
    is_named,
    of_event,
    open_surveys,
    started_by,
    survey,
)

__all__ = ["is_named", "of_event", "open_surveys", "started_by", "survey"]
