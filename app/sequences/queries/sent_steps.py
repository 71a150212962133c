"""Which texts were sent as a step of a sequence."""

from collections.abc import Collection

from sqlalchemy import select

from app.core.db import db
from app.core.listed_values import build_listed_column
from app.sequences.progress_models import SequenceSend


def find_step_texts(message_ids: Collection[int]) -> set[int]:
    """Return those of these texts that are steps of a sequence."""
    listed = select(build_listed_column(message_ids))
    statement = select(SequenceSend.message_id).where(SequenceSend.message_id.in_(listed))
    return set(filter(None, db.session.scalars(statement)))
