"""The fields: all of them, those a user may see, and one by its id or name."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, func, select

from app.core.db import db
from app.core.fetched_rows import count_rows, fetch_dict
from app.domain.accounts.roles import Role
from app.domain.profiles.field_types import FieldClass, may_see_field
from app.domain.texts.template_fields import fold_field_name
from app.profiles.field_models import PersonField, PersonValue


def find_field(field_id: int | None) -> PersonField | None:
    """Return the field with this id as the database has it now, or None."""
    if field_id is None:
        return None
    return db.session.get(PersonField, field_id, populate_existing=True)


def find_field_by_name(name: str) -> PersonField | None:
    """Return the field with this name in any spelling, archived or not."""
    statement = select(PersonField).where(PersonField.folded_name == fold_field_name(name))
    return db.session.scalars(statement).first()


def list_all_fields() -> Sequence[PersonField]:
    """Return every field in order, the archived ones last."""
    statement = select(PersonField).order_by(
        PersonField.archived_at.is_not(None), PersonField.position, PersonField.folded_name
    )
    return db.session.scalars(statement).all()


def list_fields(role: Role = Role.ADMIN) -> Sequence[PersonField]:
    """Return the fields in use, in order, that a user with this role may see."""
    return [field for field in list_fields_in_use() if may_see_field(field.field_class, role)]


def list_fields_in_use() -> Sequence[PersonField]:
    """Return the fields that are not archived, in order."""
    return db.session.scalars(_select_fields_in_use()).all()


def list_public_fields() -> Sequence[PersonField]:
    """Return the fields in use that texts may name, in order."""
    is_public = PersonField.field_class == FieldClass.PUBLIC
    return db.session.scalars(_select_fields_in_use().where(is_public)).all()


def _select_fields_in_use() -> Select[PersonField]:
    statement = select(PersonField).where(PersonField.archived_at.is_(None))
    return statement.order_by(PersonField.position, PersonField.folded_name)


def find_field_names(field_ids: Collection[int]) -> dict[int, str]:
    """Return the names of these fields by id; a deleted one is missing."""
    return fetch_dict(select_field_names(field_ids))


def select_field_names(field_ids: Collection[int]) -> Select[int, str]:
    """Select (id, name) of these fields; a deleted one is missing."""
    return select(PersonField.id, PersonField.name).where(PersonField.id.in_(field_ids))


def find_field_classes(field_ids: Collection[int]) -> dict[int, FieldClass]:
    """Return the classes of these fields by id; a deleted one is missing."""
    row = PersonField
    statement = select(row.id, row.field_class).where(row.id.in_(field_ids))
    return fetch_dict(statement)


def count_values_by_field() -> dict[int, int]:
    """Return how many people have a value, by field; a field without values is missing."""
    statement = select(PersonValue.field_id, func.count()).group_by(PersonValue.field_id)
    return fetch_dict(statement)


def count_values(field_id: int) -> int:
    """Return how many people have a value in a field."""
    return count_rows(PersonValue, PersonValue.field_id == field_id)
