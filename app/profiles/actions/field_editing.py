"""Create, change, order, archive and delete fields. Inside audited_write(); none commits.

The database decides that a name is free (UniqueViolation).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.core.clock import now
from app.core.db import NotFound, db
from app.domain.profiles.field_types import FieldClass, FieldType
from app.profiles.field_models import PersonField
from app.profiles.queries.field_records import list_all_fields


@dataclass(frozen=True)
class FieldInfo:
    """A field as somebody typed it. `field_type` counts when it is created; it never changes."""

    name: str
    field_type: FieldType = FieldType.TEXT
    field_class: FieldClass = FieldClass.ADMINISTRATIVE
    choices: tuple[str, ...] = ()


def create_field(info: FieldInfo) -> PersonField:
    """Create a field after all others. Raises UniqueViolation when the name is taken."""
    last_position = db.session.scalar(select(func.max(PersonField.position))) or 0
    row = PersonField(
        name=info.name,
        field_type=info.field_type,
        field_class=info.field_class,
        choices=_dump_choices(info),
        position=last_position + 1,
    )
    db.session.add(row)
    db.session.flush()
    return row


def update_field(field_id: int, info: FieldInfo) -> list[str]:
    """Change a field and return the names of what changed; its type stays.

    Raises NotFound, or UniqueViolation when another field has the name. What people have in it
    stays as it is, also where it is none of the choices any more.
    """
    row = get_field_for_update(field_id)
    values = {
        "name": info.name,
        "field_class": info.field_class,
        "choices": _dump_choices(info) if row.field_type is FieldType.CHOICE else None,
    }
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    db.session.flush()
    return [name.removeprefix("field_") for name in changed]


def _dump_choices(info: FieldInfo) -> str | None:
    return json.dumps(list(info.choices), ensure_ascii=False) if info.choices else None


def get_field_for_update(field_id: int) -> PersonField:
    """Return the field, read again inside this write(). Raises NotFound."""
    row = db.session.get(PersonField, field_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def move_field(field_id: int, step: int) -> PersonField:
    """Move a field in use up (-1) or down (+1) among the others. Raises NotFound."""
    row = get_field_for_update(field_id)
    fields = [field for field in list_all_fields() if field.archived_at is None]
    if row in fields:
        place = fields.index(row)
        fields.insert(max(0, place + step), fields.pop(place))
        _number_fields(fields)
    return row


def _number_fields(fields: Sequence[PersonField]) -> None:
    for position, field in enumerate(fields, 1):
        field.position = position


def archive_field(field_id: int) -> PersonField:
    """Let a field be shown and offered nowhere; what people have in it stays. Raises NotFound."""
    row = get_field_for_update(field_id)
    if row.archived_at is None:
        row.archived_at = now()
    return row


def restore_field(field_id: int) -> PersonField:
    """Bring an archived field back. Raises NotFound."""
    row = get_field_for_update(field_id)
    row.archived_at = None
    return row


def delete_field(field_id: int) -> PersonField:
    """Delete a field with everything that people have in it. Raises NotFound."""
    row = get_field_for_update(field_id)
    db.session.delete(row)
    db.session.flush()
    return row
