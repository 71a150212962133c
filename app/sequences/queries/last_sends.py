"""The texts that a sequence made last."""

from collections.abc import Sequence

from sqlalchemy import select

from app.core.db import db
from app.sequences.models import Sequence as SequenceRow
from app.sequences.models import SequenceStep
from app.sequences.progress_models import SequenceSend


def list_last_message_ids(sequence: SequenceRow, most: int) -> Sequence[int]:
    """Return the messages that a sequence made last since it was switched on, the newest first.

    Walks the newest rows of all sequences: those of one that is due are among them.
    """
    row = SequenceSend
    step_ids = select(SequenceStep.id).where(SequenceStep.sequence_id == sequence.id)
    statement = (
        select(row.message_id)
        .where(
            row.step_id.in_(step_ids),
            row.message_id.is_not(None),
            # What was refused before somebody resumed it is past.
            row.created_at >= sequence.activated_at,
        )
        .order_by(row.id.desc())
        .limit(most)
    )
    return [message_id for message_id in db.session.scalars(statement) if message_id is not None]
