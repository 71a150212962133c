"""A text from a person meets a keyword."""

from app.surveys.actions.answering import Heard, Taken


def take(heard: Heard) -> Taken | None:
    """The active keyword that this text says answers it and does what it does; None when it says none. Inside write().

    Its count goes up by one. A keyword that starts a survey gives that survey's first texts.
    """
    return None
