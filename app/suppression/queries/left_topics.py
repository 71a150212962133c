"""Who left which topic: as a condition for any select, and the topics of one number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.suppression.topic_models import TopicLeaveSource, UnsubscribedTopic


def select_left_topic(phone_column: Any, group_id_column: Any) -> ColumnElement[bool]:
    """Return whether the phone of one column left the topic of another, for any select.

    Costs one look-up in an index a row, and none while no one has left any topic: that is read
    once a statement. A person whom several groups of an audience reach has left it only when this
    is true for every one of them.
    """
    row = aliased(UnsubscribedTopic)
    has_left = exists().where(
        row.group_id == group_id_column, row.phone == phone_column, row.until.is_(None)
    )
    return and_(select_any_left_topic(), has_left.correlate_except(row))


def select_any_left_topic() -> ColumnElement[bool]:
    """Return whether anybody has left any topic, for any select.

    It does not depend on the row, so SQLite evaluates it once a statement.
    """
    row = aliased(UnsubscribedTopic)
    return exists().where(row.until.is_(None)).correlate_except(row)


def select_left_topic_phones(group_id: int) -> Select[str]:
    """Select the phones that left this topic, to be narrowed."""
    return select(UnsubscribedTopic.phone).where(
        UnsubscribedTopic.group_id == group_id, UnsubscribedTopic.until.is_(None)
    )


@dataclass(frozen=True)
class LeftTopic:
    """A topic that a number left: its group, since when, and how we know."""

    group_id: int
    since: datetime
    source: TopicLeaveSource


def list_left_topics(phone: str) -> Sequence[LeftTopic]:
    """Return the topics that a number left, by group."""
    row = UnsubscribedTopic
    statement = select(row.group_id, row.since, row.source).where(
        row.phone == phone, row.until.is_(None)
    )
    return [LeftTopic(*values) for values in db.session.execute(statement.order_by(row.group_id))]
