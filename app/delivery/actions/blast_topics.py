"""Recording which groups a blast is about, for the claim of its texts. Inside write()."""

from collections.abc import Collection

from sqlalchemy import and_, literal, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core.db import db
from app.delivery.blast_topic_models import BlastTopic


def record_blast_topics(log_id: int, group_ids: Collection[int], *, is_only: bool) -> None:
    """Record that a blast is about these groups. `is_only`: it reaches people by them alone.

    Any group: a claim asks who left it, and no one leaves a group that is no topic.
    """
    rows = [
        {"message_log_id": log_id, "group_id": group_id, "is_only": is_only}
        for group_id in set(group_ids)
    ]
    if rows:
        statement = sqlite_insert(BlastTopic).on_conflict_do_nothing()
        db.session.execute(statement, rows)


def copy_blast_topics(log_id: int, earlier_log_id: int, *, is_only: bool) -> None:
    """Let a blast to the people of an earlier one be about what that one was about.

    `is_only`: it goes to nobody else.
    """
    still_only = and_(BlastTopic.is_only, literal(is_only))
    earlier = select(literal(log_id), BlastTopic.group_id, still_only).where(
        BlastTopic.message_log_id == earlier_log_id
    )
    columns = ["message_log_id", "group_id", "is_only"]
    statement = sqlite_insert(BlastTopic).from_select(columns, earlier)
    db.session.execute(statement.on_conflict_do_nothing())
