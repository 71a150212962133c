"""Threads as texts come and go."""

from datetime import datetime


def came_in(phone: str, message_id: int, moment: datetime, *, needs_reply: bool, why: str | None = None) -> int:
    """A text came in: its thread is made or comes to the top, open again; gives its id. Inside write().

    `needs_reply`: nothing answered it by itself, so a person has to look; `why`: flood, unclear, maybe_stop, or None
    for an ordinary text. One that a machine took (a keyword, a survey, STOP) is not unread.
    """
    return 0


def went_out(phone: str, message_id: int, moment: datetime) -> None:
    """Something was written to this person alone. A thread that is there comes to the top. Inside write()."""


def silence(phone: str, until: datetime) -> None:
    """Nothing answers this number by itself before `until`. Inside write()."""


def is_silent(phone: str, moment: datetime) -> bool:
    """Whether nothing answers this number by itself just now."""
    return False
