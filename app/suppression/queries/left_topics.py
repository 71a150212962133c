"""Who left which topic: as a condition for any select, and the topics of one number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from app.core.clock import now
from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.listed_values import build_listed_column
from app.profiles.queries.other_phones import has_other_phone
from app.suppression.topic_models import TopicLeaveSource, UnsubscribedTopic


def select_left_topic(phone_column: Any, group_id_column: Any) -> ColumnElement[bool]:
    """Return whether the person of a phone left the topic of another column, for any select.

    By any of their numbers. Costs one look-up in an index a row, and none while no one has left any
    topic: that is read once a statement. A person whom several groups of an audience reach has left
    it only when this is true for every one of them.
    """

    def has_left(phone: Any) -> ColumnElement[bool]:
        row = aliased(UnsubscribedTopic)
        is_left = exists().where(
            row.group_id == group_id_column, row.phone == phone, row.until.is_(None)
        )
        return is_left.correlate_except(row)

    return and_(
        select_any_left_topic(),
        or_(has_left(phone_column), has_other_phone(phone_column, has_left)),
    )


def select_any_left_topic() -> ColumnElement[bool]:
    """Return whether anybody has left any topic, for any select.

    It does not depend on the row, so SQLite evaluates it once a statement.
    """
    row = aliased(UnsubscribedTopic)
    return exists().where(row.until.is_(None)).correlate_except(row)


def has_topic_been_left_since(moment: datetime) -> bool:
    """Whether anybody has left any topic between this moment and now, and not come back."""
    row = UnsubscribedTopic
    # What a wrong clock dates ahead is no news until then.
    is_new = row.since.between(moment, now())
    return bool(db.session.scalar(select(exists().where(row.until.is_(None), is_new))))


def find_phones_that_left(group_id: int, phones: Collection[str]) -> set[str]:
    """Return those of some numbers whose person left a topic."""
    phone = build_listed_column(phones)
    statement = select(phone).where(select_left_topic(phone, group_id))
    return set(db.session.scalars(statement))


def count_people_who_left(group_id: int) -> int:
    """Return how many numbers have left a topic."""
    row = UnsubscribedTopic
    return count_rows(row, row.group_id == group_id, row.until.is_(None))


def select_left_topic_members() -> Select[int, str, datetime]:
    """Select (group_id, phone, since) of whoever has left a topic, to be joined."""
    row = UnsubscribedTopic
    return select(row.group_id, row.phone, row.since).where(row.until.is_(None))


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
    return list(starmap(LeftTopic, db.session.execute(statement.order_by(row.group_id))))
