"""How many sequences are on."""

from sqlalchemy import func, select

from app.core.db import db
from app.sequences.models import Sequence, SequenceState


def count_running_sequences() -> int:
    """Return the number of sequences that text people by themselves."""
    statement = select(func.count()).where(Sequence.state == SequenceState.ACTIVE)
    return db.session.scalar(statement) or 0
