"""The columns that the list of the community can have beside names and numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import JSON, type_coerce

from app.community.member_rows import Column
from app.core.local_formats import get_display_style
from app.delivery.queries.text_conditions import select_last_texted_at
from app.domain.accounts.roles import Role
from app.domain.profiles.field_types import FieldType
from app.domain.texts.text_languages import name_language
from app.groups.queries.listed_group_names import select_group_names
from app.profiles.queries.field_records import list_fields
from app.profiles.queries.person_details import PersonDetail, select_detail
from app.profiles.queries.person_values import select_field_value
from app.profiles.queries.value_words import format_field_value

STATUS, ADDED = "status", "added"
GROUPS, LANGUAGE = "groups", "language"
BIRTHDAY, TEXTED = "birthday", "texted"
# What the list shows until somebody chooses.
DEFAULT_KEYS = (STATUS, ADDED)
COLUMN_LABELS = {
    STATUS: "Status",
    GROUPS: "Groups",
    LANGUAGE: "Language",
    BIRTHDAY: "Birthday",
    TEXTED: "Last texted",
    ADDED: "Added",
}
# What is read for each person beside the rows of the list.
_BUILDERS: dict[str, Column] = {
    GROUPS: lambda phone: type_coerce(select_group_names(phone), JSON),
    LANGUAGE: partial(select_detail, detail=PersonDetail.LANGUAGE),
    BIRTHDAY: partial(select_detail, detail=PersonDetail.BIRTHDAY),
    TEXTED: select_last_texted_at,
}


@dataclass(frozen=True)
class MemberColumn:
    """A column of the list. `field_id` and `field_type`: of a column of a field."""

    key: str
    label: str
    field_id: int | None = None
    field_type: FieldType = FieldType.TEXT

    @property
    def is_moment(self) -> bool:
        """Whether its cells are moments."""
        return self.key == TEXTED

    def format_cell(self, value: Any) -> str:
        """Return a cell in words; "" where there is nothing."""
        if not value:
            return ""
        if self.key == GROUPS:
            return ", ".join(value)
        if self.key == BIRTHDAY:
            return get_display_style().format_date(value, today=date.min)
        if self.key == LANGUAGE:
            return name_language(value)
        return format_field_value(self.field_type, str(value))


def list_member_columns(role: Role) -> list[MemberColumn]:
    """Return the columns that a user with this role can choose, in their order."""
    columns = [MemberColumn(key, label) for key, label in COLUMN_LABELS.items()]
    fields = [
        MemberColumn(f"field.{row.id}", row.name, row.id, row.field_type)
        for row in list_fields(role)
    ]
    # When somebody was added comes last, as it does without further columns.
    return [*columns[:-1], *fields, columns[-1]]


def build_columns(columns: Sequence[MemberColumn]) -> Mapping[str, Column]:
    """Return what the cells of columns are, by key, for those that the list must ask for."""
    built: dict[str, Column] = {}
    for column in columns:
        if column.field_id is not None:
            built[column.key] = partial(select_field_value, field_id=column.field_id)
        elif column.key in _BUILDERS:
            built[column.key] = _BUILDERS[column.key]
    return built
