"""When the carrier is asked what became of a text."""

from datetime import datetime, timedelta

from app.domain.blast_states import MessageStatus

FIRST = {MessageStatus.UNKNOWN: timedelta(seconds=30), MessageStatus.ACCEPTED: timedelta(minutes=10)}


def first_look_up(status: MessageStatus, moment: datetime) -> datetime:
    """When to ask first about a text that came into this state at `moment`."""
    return moment + FIRST.get(status, FIRST[MessageStatus.ACCEPTED])
