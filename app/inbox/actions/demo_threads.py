"""Conversations of the demo: users have read what is old. Inside write()."""

from datetime import datetime
from typing import Any

from sqlalchemy import update

from app.core.db import execute_and_count_rows
from app.inbox.actions.conversation_status import SETTLED_VALUES
from app.inbox.models import Thread


def settle_quiet_threads(username: str | None, written_before: datetime, moment: datetime) -> int:
    """Clear what a person had to look at before this moment; return how many threads that was.

    With `username` they are done, by that user. What may mean STOP stays open.
    """
    values: dict[str, Any] = dict(SETTLED_VALUES)
    if username is not None:
        values |= {"done_at": moment, "done_by": username}
    statement = update(Thread).where(
        Thread.last_at < written_before,
        Thread.done_at.is_(None),
        Thread.why.is_distinct_from("maybe_stop"),
        Thread.assigned_to.is_(None),
    )
    statement = statement.execution_options(synchronize_session=False)
    return execute_and_count_rows(statement.values(values))
