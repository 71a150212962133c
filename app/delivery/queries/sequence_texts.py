"""What sequences ask about texts: how many of theirs wait, who replied, who has a text already."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select

from app.core.fetched_rows import fetch_dict, fetch_tuples
from app.core.listed_values import build_listed_column
from app.delivery.models import Message
from app.delivery.sql.other_texts import TAKEN_STATUSES
from app.delivery.sql.step_texts import COUNT_WAITING, LIST_WAITING_IDS
from app.domain.delivery.carrier_error_codes import find_error_code
from app.domain.delivery.message_statuses import MessageDirection, MessageStatus


def count_waiting_step_texts(carrier: str, most: int) -> int:
    """Return how many texts of sequences wait to be sent, `most` at most."""
    return int(COUNT_WAITING.fetch_value(carrier_name=carrier, most=most))


def list_waiting_step_texts(carrier: str) -> list[int]:
    """Return the ids of the texts of sequences that wait to be sent: some hundred at most."""
    return [row[0] for row in LIST_WAITING_IDS.fetch_json(carrier_name=carrier)]


def find_last_inbound_times(phones: Collection[str], since: datetime) -> dict[str, datetime]:
    """Return when each of these numbers texted last, where it did after a moment (UTC)."""
    # The newest is enough: whether it came after the start is compared for each person.
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


def find_sent_texts(
    phones: Collection[str], since: datetime
) -> Mapping[str, list[tuple[str, datetime]]]:
    """Return the texts of no blast since a moment (UTC), and when each was last, by number.

    After an older database was restored they are known from the carrier's list alone.
    """
    row = Message
    # Along the index of numbers: a person has few texts of the last days.
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
    texts: defaultdict[str, list[tuple[str, datetime]]] = defaultdict(list)
    for phone, body, sent_at in fetch_tuples(statement):
        texts[phone].append((body, sent_at))
    return texts


def find_common_refusal(message_ids: Collection[int]) -> str:
    """Return why the carrier refused all of these texts, "" where it took or may take one.

    Only for a fault of the sender's or ours, such as would pause a blast.
    """
    row = Message
    statement = select(row.status, row.error_code).where(row.id.in_(message_ids))
    results = set(fetch_tuples(statement))
    # Two different results: the sender is not what both have in common.
    if len(results) != 1:
        return ""
    ((status, error_code),) = results
    rule = find_error_code(error_code)
    is_refused = status is MessageStatus.FAILED and rule.breaker_rule is not None
    return rule.description if is_refused else ""
