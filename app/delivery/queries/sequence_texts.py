"""What sequences ask about texts: how many of theirs wait, who replied, who has a text already."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from app.core.fetched_rows import fetch_dict, fetch_tuples
from app.core.listed_values import build_listed_column
from app.delivery.models import Message
from app.delivery.sql.other_texts import TAKEN_STATUSES
from app.delivery.sql.step_texts import COUNT_WAITING
from app.domain.delivery.message_statuses import MessageDirection


def count_waiting_step_texts(carrier: str, most: int) -> int:
    """Return how many texts of sequences wait to be sent, `most` at most."""
    return int(COUNT_WAITING.fetch_value(carrier_name=carrier, most=most))


def find_last_inbound_times(phones: Collection[str], since: datetime) -> dict[str, datetime]:
    """Return when each of these numbers texted last, where it did after a moment (UTC)."""
    statement = (
        select(Message.phone, func.max(Message.created_at))
        .where(
            Message.phone.in_(select(build_listed_column(phones))),
            Message.direction == MessageDirection.INBOUND,
            Message.created_at > since,
        )
        .group_by(Message.phone)
    )
    return fetch_dict(statement)


def find_sent_texts(phones: Collection[str], since: datetime) -> dict[tuple[str, str], datetime]:
    """Return when these numbers got which texts of no blast last, since a moment (UTC).

    After an older database was restored they are known from the carrier's list alone.
    """
    row = Message
    statement = (
        select(row.phone, row.body, func.max(row.created_at))
        .where(
            row.phone.in_(select(build_listed_column(phones))),
            row.direction == MessageDirection.OUTBOUND,
            row.message_log_id.is_(None),
            row.status.in_(TAKEN_STATUSES),
            row.created_at >= since,
        )
        .group_by(row.phone, row.body)
    )
    return {(phone, body): sent_at for phone, body, sent_at in fetch_tuples(statement)}
