"""What a phone was texted last, and when it left us."""

from datetime import datetime
from itertools import starmap
from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from app.delivery.models import messages
from app.delivery.sql.recent_texts import SELECT_RECENT_TEXTS
from app.domain.delivery.message_statuses import MessageDirection, MessageKind


class RecentText(NamedTuple):
    """A text to a phone that waits, or that it may have received.

    `log_id` and `survey_id`: its blast, and the survey that the blast asks; `left_at`: None while
    it waits.
    """

    kind: MessageKind
    body: str
    log_id: int | None
    survey_id: int | None
    created_at: datetime
    left_at: datetime | None


def select_newest_inbound_time(phone: str) -> ColumnElement[datetime | None]:
    """Return when this phone texted last, NULL when it never did; for any select."""
    columns = messages.c
    newest = (
        select(columns.created_at)
        .where(columns.phone == phone, columns.direction == MessageDirection.INBOUND)
        .order_by(columns.id.desc())
        .limit(1)
    )
    return newest.scalar_subquery()


def find_recent_texts(phone: str) -> list[RecentText]:
    """Return the last dozen of texts to this phone, the newest first. Inside write()."""
    return list(starmap(RecentText, SELECT_RECENT_TEXTS.fetch_rows(b_phone=phone)))
