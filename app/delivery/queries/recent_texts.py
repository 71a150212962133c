"""What a phone was texted last, and when it left us."""

from datetime import datetime
from typing import NamedTuple

from app.delivery.sql.recent_texts import SELECT_RECENT_TEXTS
from app.domain.delivery.message_statuses import MessageKind


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


def find_recent_texts(phone: str) -> list[RecentText]:
    """Return the last dozen of texts to this phone, the newest first. Inside write()."""
    return [RecentText(*row) for row in SELECT_RECENT_TEXTS.fetch_rows(b_phone=phone)]
