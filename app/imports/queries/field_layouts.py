"""The fields that columns of a file go into, as the layout of an import stores them."""

from collections.abc import Mapping
from typing import Any

from app.domain.profiles.field_types import FieldClass, FieldType
from app.domain.spreadsheets.field_columns import FieldColumn


def serialize_fields(fields: Mapping[int, FieldColumn]) -> dict[str, dict[str, Any]]:
    """Return the fields as JSON can hold them, by the index of their column."""
    return {str(index): _serialize_field(field) for index, field in fields.items()}


def _serialize_field(field: FieldColumn) -> dict[str, Any]:
    return {
        "name": field.name,
        "type": field.type.value,
        "class": field.field_class.value,
        "choices": list(field.choices),
        "id": field.field_id,
    }


def parse_fields(stored: Mapping[str, Mapping[str, Any]]) -> dict[int, FieldColumn]:
    """Return the fields by the index of their column; see serialize_fields()."""
    fields = {}
    for index, field in stored.items():
        fields[int(index)] = FieldColumn(
            str(field["name"]),
            FieldType(field["type"]),
            tuple(map(str, field["choices"])),
            FieldClass(field["class"]),
            field["id"],
        )
    return fields
