"""The answer that a form of an event names. A word that is none never means everyone."""

from flask import abort

from app.events.models import EventAnswer


def read_answer_word(text: str) -> EventAnswer | None:
    """Return the answer, None where the form names none; abort with 400 for an unknown word."""
    if not text:
        return None
    if text not in set(EventAnswer):
        abort(400)
    return EventAnswer(text)
