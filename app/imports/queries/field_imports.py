"""The imports that wait to be confirmed, or are being confirmed, and put a column into a field."""

import json
from collections.abc import Sequence

from sqlalchemy import select

from app.core.db import db
from app.imports.models import Import, ImportState

WRITING_STATES = (ImportState.CHECKED, ImportState.CONFIRMING)


def list_open_imports_with_field(field_id: int) -> Sequence[Import]:
    """Return the imports that will write into a field, the newest first."""
    # Few imports wait at a time, and the columns of each are one small JSON.
    waiting = select(Import).where(
        Import.state.in_(WRITING_STATES), Import.columns.contains('"fields"')
    )
    rows = db.session.scalars(waiting.order_by(Import.id.desc()))
    return [row for row in rows if field_id in _list_field_ids(row)]


def _list_field_ids(row: Import) -> list[int]:
    fields = json.loads(row.columns or "{}").get("fields") or {}
    return [field["id"] for field in fields.values()]
