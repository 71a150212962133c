"""The people of a sent blast by what they answered, and what they wrote."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.delivery.models import Message, MessageLog
from app.delivery.queries.blast_recipients import (
    build_recipient_search_filter,
    load_rows_with_people,
)
from app.delivery.queries.held_texts import HELD_FILTER
from app.delivery.queries.outcome_recipients import select_outcome_message_ids
from app.delivery.queries.recipient_scope import list_seen_conditions
from app.delivery.reply_models import BlastReply
from app.delivery.sql.queue_filters import IS_HELD
from app.domain.delivery.blast_outcomes import BlastOutcome

OPT_OUT_FILTER = "opt_outs"
TOPIC_FILTER = "topic_leaves"
PAUSE_FILTER = "pauses"
STOP_COLUMNS = {
    OPT_OUT_FILTER: BlastReply.is_opt_out,
    TOPIC_FILTER: BlastReply.is_topic_left,
    PAUSE_FILTER: BlastReply.is_pause,
}
# The filters by answer, by the word in the address.
REPLY_FILTERS = (
    BlastOutcome.REPLIED,
    BlastOutcome.YES,
    BlastOutcome.NO,
    BlastOutcome.OTHER,
    BlastOutcome.NO_REPLY,
    *STOP_COLUMNS,
    # Like an answer, it is not told by the status of a text.
    HELD_FILTER,
)


def fetch_reply_people_page(log: MessageLog, filter_name: str, params: ListParams) -> ListPage:
    """Return a page of the people in one of REPLY_FILTERS whom the user reaches, by id."""
    ids = select_reply_message_ids(log.id, filter_name)
    people = select(Message).where(Message.id.in_(ids), *list_seen_conditions(log))
    if params.search:
        people = people.where(build_recipient_search_filter(params.search))
    total = count_rows(people.subquery())
    params = clamp_to_last_page(total, params)
    people = people.order_by(Message.id).offset(params.offset).limit(params.per_page)
    return ListPage(load_rows_with_people(people), total, params)


def select_reply_message_ids(log_id: int, filter_name: str) -> Select[Any]:
    """Select the ids of the blast's texts to the people in one of REPLY_FILTERS."""
    if filter_name == HELD_FILTER:
        return select(Message.id).where(IS_HELD, Message.message_log_id == log_id)
    if filter_name in STOP_COLUMNS:
        return select(BlastReply.blast_message_id).where(
            BlastReply.message_log_id == log_id, STOP_COLUMNS[filter_name]
        )
    return select_outcome_message_ids(log_id, BlastOutcome(filter_name))


def find_reply_bodies(rows: Sequence[Message]) -> dict[int, str]:
    """Return what the people of these texts wrote back last, by the id of the blast's text."""
    statement = (
        select(BlastReply.blast_message_id, Message.body)
        .join(Message, Message.id == BlastReply.reply_id)
        .where(BlastReply.blast_message_id.in_([row.id for row in rows]))
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}
