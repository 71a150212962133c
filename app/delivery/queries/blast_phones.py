"""The phones of a blast's people, for actions on all that the list's filter matches."""

from sqlalchemy import Select, select

from app.delivery.models import Message
from app.delivery.queries.blast_recipients import (
    RECIPIENT_FILTERS,
    RECIPIENT_STATUS_ORDER,
    build_recipient_search_filter,
)
from app.delivery.queries.blast_reply_people import REPLY_FILTERS, select_reply_message_ids
from app.delivery.queries.superseded_rows import build_not_superseded_filter


def select_blast_phones(log_id: int, filter_name: str, search: str) -> Select[str]:
    """Select the phones of a blast's people; erased people have none.

    `filter_name`: one of RECIPIENT_FILTERS or REPLY_FILTERS, anything else for all.
    """
    statement = select(Message.phone).where(
        Message.message_log_id == log_id,
        Message.phone.startswith("+"),
        build_not_superseded_filter(log_id),
    )
    if filter_name in REPLY_FILTERS:
        ids = select_reply_message_ids(log_id, filter_name)
        statement = statement.where(Message.id.in_(ids))
    else:
        statuses = RECIPIENT_FILTERS.get(filter_name, RECIPIENT_STATUS_ORDER)
        statement = statement.where(Message.status.in_(statuses))
    if search:
        statement = statement.where(build_recipient_search_filter(search))
    return statement
