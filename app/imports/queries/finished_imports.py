"""Imports that were confirmed and are written in full."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.core.db import db
from app.imports.models import Import, ImportState


def select_newest_import_end() -> ColumnElement[Any]:
    """Return when the last import was finished, for any select; null before the first."""
    ends = select(func.max(Import.finished_at)).where(Import.state == ImportState.DONE)
    return ends.scalar_subquery()


def list_finished_imports(after: datetime, min_rows: int) -> Sequence[Import]:
    """Return the imports of at least so many rows that were finished after a moment."""
    statement = select(Import).where(
        Import.state == ImportState.DONE, Import.finished_at > after, Import.row_count >= min_rows
    )
    return db.session.scalars(statement).all()
