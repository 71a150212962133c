"""Who left a topic is not forgotten with the topic, or with the person. Inside write().

A new group of a deleted topic's name is left by whoever had left the old one. Somebody who was
erased, and is put into a topic again that they had left, has left it: their hash tells.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, literal, select
from sqlalchemy.dialects.sqlite import insert

from app.core.column_types import UtcDateTime
from app.core.db import db, execute_and_count_rows
from app.core.settings import current_settings
from app.domain.phones.phone_erasure import hash_phone
from app.suppression import sql
from app.suppression.actions.topic_leaves import leave_topic
from app.suppression.topic_models import (
    DeletedTopicLeave,
    ErasedTopicLeave,
    TopicLeaveSource,
    UnsubscribedTopic,
)

ERASED_LEAVE_EVIDENCE = "Left this topic before they were erased"


def keep_leaves_of_topic(group_id: int, folded_names: Iterable[str]) -> None:
    """Keep who left a topic that is about to be deleted, under each of its names."""
    row = UnsubscribedTopic
    for name in folded_names:
        leaves = select(literal(name), row.phone, row.since, row.source).where(
            row.group_id == group_id, row.until.is_(None)
        )
        columns = ["folded_name", "phone", "since", "source"]
        statement = insert(DeletedTopicLeave).from_select(columns, leaves)
        db.session.execute(statement.on_conflict_do_nothing())


def restore_leaves_of_name(group_id: int, folded_name: str, moment: datetime) -> int:
    """Let a group that has got this name be left by whoever had left a deleted one; return how
    many they are.
    """
    leave = DeletedTopicLeave
    leaves = select(
        leave.phone, literal(group_id), literal(moment, UtcDateTime), leave.source
    ).where(leave.folded_name == folded_name)
    statement = insert(UnsubscribedTopic).from_select(
        ["phone", "group_id", "since", "source"], leaves
    )
    count = execute_and_count_rows(
        statement.on_conflict_do_nothing(
            index_elements=["group_id", "phone"], index_where=UnsubscribedTopic.until.is_(None)
        )
    )
    # They hold for the group now: whoever comes back to it has not left a later one.
    db.session.execute(delete(leave).where(leave.folded_name == folded_name))
    return count


def keep_leaves_of_erased(phones: Sequence[str], folded_names: Collection[str]) -> None:
    """Keep as hashes that the person of these numbers had left topics of these names.

    Also the topics that are deleted by now.
    """
    leave = DeletedTopicLeave
    deleted = db.session.scalars(select(leave.folded_name).where(leave.phone.in_(phones)))
    names = {*folded_names, *deleted}
    values = [
        {"phone_hash": hash_, "folded_name": name}
        for hash_ in _hash_phones(phones)
        for name in sorted(names)
    ]
    if values:
        db.session.execute(insert(ErasedTopicLeave).on_conflict_do_nothing(), values)


def restore_erased_topic_leaves(
    group_id: int, folded_names: Collection[str], phones: Sequence[str]
) -> int:
    """Let whoever was erased after they had left this topic have left it; return how many.

    `phones`: the people who were put into it; `folded_names`: all that it was ever called.
    """
    row = ErasedTopicLeave
    is_of_topic = row.folded_name.in_(folded_names)
    hashes = set(db.session.scalars(select(row.phone_hash).where(is_of_topic)))
    if not hashes:
        return 0
    count = 0
    for phone, hash_ in zip(phones, _hash_phones(phones), strict=True):
        if hash_ in hashes:
            source = TopicLeaveSource.INBOUND
            count += leave_topic(phone, group_id, source, evidence=ERASED_LEAVE_EVIDENCE)
            db.session.execute(delete(row).where(row.phone_hash == hash_, is_of_topic))
    return count


def has_erased_topic_leaves() -> bool:
    """Whether anybody was erased who had left a topic. A read."""
    return sql.SELECT_ANY_ERASED_TOPIC_LEAVE.fetch_value() is not None


def _hash_phones(phones: Sequence[str]) -> list[str]:
    key = str(current_settings().erasure_key)
    return [hash_phone(key, phone) for phone in phones]
