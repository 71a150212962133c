"""What the tests of fields begin with. Call these functions inside an app context."""

from datetime import date

from app.core.db import write
from app.domain.profiles.field_types import FieldClass, FieldType
from app.domain.profiles.field_values import ValueContext
from app.profiles.actions.field_editing import FieldInfo, create_field
from app.profiles.queries.field_records import find_field
from tests.sample_field_values import build_field_value, set_listed_values

US = ValueContext("US", date(2026, 11, 28))


def add_field(name, field_type=FieldType.TEXT, field_class=FieldClass.PUBLIC, choices=()):
    """Insert a field and return its id."""
    with write():
        return create_field(FieldInfo(name, field_type, field_class, choices)).id


def set_value(phone, field_id, text):
    """Give the person of a number a value."""
    with write():
        field_type = find_field(field_id).field_type
        set_listed_values([build_field_value(phone, field_id, field_type, text, US)])
