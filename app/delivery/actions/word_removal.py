"""Taking the words out of old texts: who got what when, states, segments and prices stay."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, update

from app.core.db import db, execute_and_count_rows
from app.core.listed_values import build_listed_column
from app.core.unindexed_columns import disable_index
from app.delivery.models import Message
from app.delivery.queries.archivable_texts import is_text_over
from app.domain.delivery.removed_words import REMOVED_BEGINNING
from app.domain.phones.phone_erasure import ERASED_BODY


def count_removable_words(before: datetime) -> tuple[int, datetime | None]:
    """Return how many texts from before a moment have words to be removed, and the oldest's time.

    Reads every text from before it: a second for a million.
    """
    statement = select(func.count(), func.min(Message.created_at)).where(_has_old_words(before))
    count, oldest = db.session.execute(statement).one()
    return count, oldest


def list_wordy_ids(before: datetime, after_id: int, limit: int) -> Sequence[int]:
    """Return the ids of such texts above an id, in their order."""
    statement = select(Message.id).where(Message.id > after_id, _has_old_words(before))
    return db.session.scalars(statement.order_by(Message.id).limit(limit)).all()


def remove_words(ids: Collection[int], before: datetime, marker: str) -> int:
    """Put a marker in the place of the words of these texts; return how many. Inside write()."""
    listed = Message.id.in_(select(build_listed_column(ids)))
    statement = update(Message).where(listed, _has_old_words(before))
    values = statement.values(body=marker, media=None)
    return execute_and_count_rows(values.execution_options(synchronize_session=False))


def _has_old_words(before: datetime) -> ColumnElement[bool]:
    return and_(
        # In the order of ids: by the index of times each slice would sort all old texts.
        disable_index(Message.created_at) < before,
        Message.body != ERASED_BODY,
        Message.body.not_like(f"{REMOVED_BEGINNING}%"),
        is_text_over(),
    )
