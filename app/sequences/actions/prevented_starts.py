"""Rows that come back from the trash start no sequence."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import delete, func, select

from app.core.db import db
from app.sequences.progress_models import SequencePerson


@contextmanager
def start_no_sequence() -> Iterator[None]:
    """Undo every start that the triggers of the database make in this block. Inside write()."""
    last_id = db.session.scalar(select(func.max(SequencePerson.id))) or 0
    yield
    # Nobody else writes in this transaction: whatever is newer was started by the block.
    statement = delete(SequencePerson).where(SequencePerson.id > last_id)
    db.session.execute(statement.execution_options(synchronize_session=False))
