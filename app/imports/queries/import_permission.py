"""Who sees an uploaded file: one with a column of a sensitive field is for admins."""

from app.domain.accounts.roles import Role
from app.domain.profiles.field_types import FieldClass, may_see_field
from app.imports.models import Import
from app.imports.queries.import_records import UnknownLayout, parse_import_layout
from app.profiles.queries.field_records import find_field_classes


def may_see_import(row: Import, role: Role) -> bool:
    """Whether a user with this role sees the rows of an import, and may confirm it."""
    if role == Role.ADMIN:
        return True
    try:
        columns = parse_import_layout(row).columns.fields.values()
    # An older release had no such columns.
    except UnknownLayout:
        return True
    classes = find_field_classes([column.field_id for column in columns if column.field_id])
    for column in columns:
        field_class = column.field_class
        if column.field_id is not None:
            # What a deleted field was is not known any more.
            field_class = classes.get(column.field_id, FieldClass.SENSITIVE)
        if not may_see_field(field_class, role):
            return False
    return True
