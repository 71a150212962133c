"""How many people got a blast in which language."""

from sqlalchemy import func, select

from app.core.fetched_rows import fetch_dict
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_statuses import SUPERSEDED_REASON, MessageStatus


def count_readers_by_language(log: MessageLog) -> dict[str | None, int]:
    """Return how many people a sent blast was for, by the translation; None: its first text.

    {} for a blast without translations: no rows are read. People who were skipped do not count;
    whose text followed to another number counts once.
    """
    if not log.translations:
        return {}
    statement = (
        select(Message.language, func.count())
        .where(
            Message.message_log_id == log.id,
            Message.status != MessageStatus.SKIPPED,
            Message.reason.is_distinct_from(SUPERSEDED_REASON),
        )
        .group_by(Message.language)
    )
    return fetch_dict(statement)
