"""Which texts wait for texting hours: what a text of a blast is for, and when it is too late."""

from datetime import datetime

from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.send_rate import compute_validity_seconds
from app.domain.quiet_hours.text_purposes import TextPurpose


def find_text_purpose(kind: str, *, asks_survey: bool, is_any_hour: bool) -> TextPurpose:
    """Return what a text is for. `kind`: its MessageKind; `is_any_hour`: someone said why.

    A test goes to the user who asked for it, and what belongs to no blast answers someone: both
    are sent at any hour, like replies.
    """
    if is_any_hour:
        return TextPurpose.EMERGENCY
    if kind == MessageKind.REMINDER:
        return TextPurpose.REMINDER
    if kind != MessageKind.BLAST:
        return TextPurpose.REPLY
    return TextPurpose.SURVEY if asks_survey else TextPurpose.BLAST


def is_never_in_time(until: datetime, deadline: datetime | None) -> bool:
    """Whether a text that is held until a moment could only be sent after the end of its blast."""
    return deadline is not None and compute_validity_seconds(deadline, until) is None
