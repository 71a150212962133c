"""Values of people's fields for tests. Call these functions inside write()."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from app.domain.profiles.field_types import FieldType
from app.domain.profiles.field_values import SortValue, ValueContext, compute_sort_value
from app.profiles.actions.value_storing import set_selected_values


@dataclass(frozen=True)
class FieldValue:
    """What the person of a number has in a field, exactly as a file has it."""

    phone: str
    field_id: int
    value: str
    sort_value: SortValue | None


def build_field_value(
    phone: str, field_id: int, field_type: FieldType, text: str, context: ValueContext
) -> FieldValue:
    """Return a value of a file with what it is compared by."""
    return FieldValue(phone, field_id, text, compute_sort_value(field_type, text, context))


def set_listed_values(
    values: Iterable[FieldValue], import_id: int | None = None, *, overwrite: bool = True
) -> int:
    """Write the values of many people, of a list. See set_selected_values()."""
    rows = [(row.phone, row.field_id, row.value, row.sort_value) for row in values]
    listed = func.json_each(json.dumps(rows)).table_valued("value").c.value
    columns = [func.json_extract(listed, f"$[{index}]") for index in range(4)]
    names = ("phone", "field_id", "value", "sort_value")
    selected = select(*(column.label(name) for column, name in zip(columns, names, strict=True)))
    return set_selected_values(selected, import_id, overwrite=overwrite)
