"""Queue the texts of sequences, each to one person, and take them out again."""

from datetime import datetime

from app.core.settings import current_settings
from app.delivery.sql.step_texts import CANCEL_TEXT, INSERT_STEP_TEXT
from app.domain.delivery.blast_rendering import RenderedText
from app.domain.delivery.message_statuses import MessageKind, MessageStatus


def queue_step_text(
    text: RenderedText, template_version_id: int | None, moment: datetime, not_after: datetime
) -> int:
    """Queue one text of a sequence for the engine and return its id. Inside write().

    `not_after`: from when on it is too late for it, as after an outage. It is sent like a reminder,
    before blasts and after answers; whether it may leave is decided when it is claimed, as for
    every text.
    """
    settings = current_settings()
    return INSERT_STEP_TEXT.insert_row(
        kind=MessageKind.REMINDER,
        phone=text.phone,
        name=text.name,
        sender=settings.sender,
        carrier=settings.carrier,
        body=text.body,
        segments=text.segments,
        encoding=text.encoding,
        status=MessageStatus.QUEUED,
        created_at=moment,
        language=text.language,
        is_introduction=text.is_introduction,
        template_version_id=template_version_id,
        not_after=not_after,
    )


def cancel_step_text(message_id: int) -> bool:
    """Cancel a text of a sequence that still waits; return whether it did. Inside write()."""
    return bool(CANCEL_TEXT.execute(message_id=message_id))
