"""What a text is for: whether we begin, or answer. It decides which consent the text needs."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, or_, select

from app.delivery.blast_topic_models import blast_topics
from app.delivery.models import message_logs, messages
from app.domain.delivery.message_statuses import MessageKind
from app.profiles.queries.other_phones import has_other_phone
from app.suppression.queries.left_topics import select_any_left_topic, select_left_topic_members
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    select_suppression_reason,
)

# What only follows a text or an act of its reader: a survey's questions, HELP, the admin's test.
ANSWERING_KINDS = (MessageKind.SURVEY, MessageKind.SYSTEM, MessageKind.TEST)


def select_skip_reason() -> ColumnElement[Any]:
    """Return why a row of `messages` must not leave, by what it is for; NULL when it may.

    What answers a text needs no recorded consent. A blast to the people of an event goes also to
    those who agreed to texts about that event only.
    """
    columns = messages.c
    is_answer = or_(columns.in_reply_to.is_not(None), columns.kind.in_(ANSWERING_KINDS))
    return case(
        (is_answer, select_suppression_reason(columns.phone, PermissionPurpose.ANSWERING)),
        else_=select_suppression_reason(
            columns.phone,
            event_id=select_blast_event_id(columns.message_log_id),
            has_left_topic=select_has_left_blast_topic(columns.phone, columns.message_log_id),
        ),
    )


def select_blast_event_id(log_id: Any) -> ColumnElement[Any]:
    """Return the event whose people a blast is for, for any select; NULL for the community's."""
    log = message_logs.alias()
    return select(log.c.event_id).where(log.c.id == log_id).correlate_except(log).scalar_subquery()


def select_has_left_blast_topic(phone: Any, log_id: Any) -> ColumnElement[bool]:
    """Return whether a person left a topic that a blast is about, by any of their numbers.

    For any select. The look-ups are made only while anybody has left any topic.
    """

    def has_left(number: Any) -> ColumnElement[bool]:
        return _has_phone_left_topic(number, log_id)

    return and_(select_any_left_topic(), or_(has_left(phone), has_other_phone(phone, has_left)))


def _has_phone_left_topic(phone: Any, log_id: Any) -> ColumnElement[bool]:
    left = select_left_topic_members().subquery()
    phones = _select_left_phones(left, log_id).where(left.c.phone == phone)
    return phones.exists()


def select_phones_that_left_blast(log_id: Any) -> Select[str]:
    """Select the phones that left a topic that a blast is about, to be narrowed.

    Where other lists reach people too, only those are meant who left it since the release.
    """
    return _select_left_phones(select_left_topic_members().subquery(), log_id)


def _select_left_phones(left: Subquery, log_id: Any) -> Select[Any]:
    log, topic = message_logs.alias(), blast_topics.alias()
    return (
        select(left.c.phone)
        .where(
            topic.c.message_log_id == log_id,
            left.c.group_id == topic.c.group_id,
            log.c.id == topic.c.message_log_id,
            or_(topic.c.is_only, left.c.since >= log.c.created_at),
        )
        .correlate_except(topic, left, log)
    )
