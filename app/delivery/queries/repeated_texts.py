"""Whether people of a new blast got the same text, or nearly the same, a short while ago."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from sqlalchemy import select

from app.core.db import db
from app.core.settings import current_settings
from app.delivery.models import Message, MessageLog
from app.delivery.sql.survey_texts import POSSIBLY_RECEIVED_STATUSES
from app.domain.delivery.message_statuses import MessageStatus

ONE_WEEK = timedelta(days=7)
MAX_COMPARED_BLASTS = 50
MAX_SIMILAR_BLASTS = 3
SIMILAR_RATIO = 0.9
_TEXTED_STATUSES = (*POSSIBLY_RECEIVED_STATUSES, MessageStatus.QUEUED)


@dataclass(frozen=True)
class RepeatedText:
    """An earlier blast: how many of the same people got it, and whether word for word."""

    log_id: int
    sent_at: datetime
    people: int
    is_same: bool


def find_repeated_text(body: str, phones: Collection[str], moment: datetime) -> RepeatedText | None:
    """Return the blast of the last week with nearly this text that reached most of `phones`."""
    phone_set = set(phones)
    repeated_texts = [
        RepeatedText(log.id, log.created_at, count, is_same)
        for log, is_same in _list_similar_blasts(body, moment)
        if (count := len(phone_set.intersection(_list_texted_phones(log.id))))
    ]
    return max(repeated_texts, key=lambda repeated: repeated.people, default=None)


def _list_similar_blasts(body: str, moment: datetime) -> list[tuple[MessageLog, bool]]:
    statement = (
        select(MessageLog)
        .where(
            MessageLog.created_at >= moment - ONE_WEEK,
            MessageLog.carrier == current_settings().carrier,
            MessageLog.test_mode.is_(False),
        )
        .order_by(MessageLog.id.desc())
        .limit(MAX_COMPARED_BLASTS)
    )
    words = _fold(body)
    similar = []
    for log in db.session.scalars(statement):
        other = _fold(log.message_body)
        if _is_similar(words, other):
            similar.append((log, words == other))
    return similar[:MAX_SIMILAR_BLASTS]


def _fold(body: str) -> str:
    return " ".join(body.casefold().split())


def _is_similar(words: str, other: str) -> bool:
    if words == other:
        return True
    matcher = SequenceMatcher(None, words, other, autojunk=False)
    # The two bounds are quick; ratio() alone is quadratic.
    return (
        matcher.real_quick_ratio() >= SIMILAR_RATIO
        and matcher.quick_ratio() >= SIMILAR_RATIO
        and matcher.ratio() >= SIMILAR_RATIO
    )


def _list_texted_phones(log_id: int) -> list[str]:
    statement = select(Message.phone).where(
        Message.message_log_id == log_id, Message.status.in_(_TEXTED_STATUSES)
    )
    return list(db.session.scalars(statement))
