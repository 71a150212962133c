"""Fields, which an organisation adds to what it knows of its people, and their values."""

import json
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, validates
from sqlalchemy.types import UserDefinedType

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    add_updated_at_trigger,
    enum_column,
    int_default_zero,
    long_text,
    primary_key,
    timestamp,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.core.held_data import HeldAs, HeldBy
from app.domain.profiles.field_names import MAX_FIELD_NAME_LENGTH
from app.domain.profiles.field_types import FieldClass, FieldType
from app.domain.profiles.field_values import SortValue
from app.domain.texts.template_fields import fold_field_name


class SortValueType(UserDefinedType[SortValue]):
    """Text or a number, each stored and compared as it is.

    SQLite converts no value of a BLOB column, so that "007" stays text and 7.0 a number.
    """

    cache_ok = True

    def get_col_spec(self, **options: Any) -> str:
        """Return the name of the type in the database."""
        return "BLOB"


class PersonField(Model):
    """A field of every person. The type of its values never changes; archived, it is not offered.

    `choices` is a JSON list of a choice field, else null.
    """

    __tablename__ = "person_fields"
    __column_classes__ = ColumnClasses(administrative="name folded_name choices")
    __table_args__ = (
        CheckConstraint("length(trim(name)) > 0", name="name"),
        # The audit names it by number: that of a deleted one is not given again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(MAX_FIELD_NAME_LENGTH))
    folded_name: Mapped[str] = mapped_column(String(MAX_FIELD_NAME_LENGTH * 2), unique=True)
    field_type: Mapped[FieldType] = mapped_column("type", enum_column(FieldType, name="type"))
    field_class: Mapped[FieldClass] = mapped_column(
        "class",
        enum_column(FieldClass, name="class"),
        default=FieldClass.ADMINISTRATIVE,
        server_default=FieldClass.ADMINISTRATIVE,
    )
    choices: Mapped[str | None] = mapped_column(Text)
    position: Mapped[int_default_zero]
    archived_at: Mapped[timestamp | None]
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]

    @validates("name")
    def _set_name(self, key: str, name: str) -> str:
        self.folded_name = fold_field_name(name)
        return name

    @property
    def choice_list(self) -> list[str]:
        """The choices in their order; [] of a field of another type."""
        return list(json.loads(self.choices)) if self.choices else []

    @property
    def is_public(self) -> bool:
        """Whether texts may name it."""
        return self.field_class is FieldClass.PUBLIC


class PersonValue(Model):
    """What one person has in one field. `value` is exactly what was typed or imported.

    `sort_value` is what rules compare (see app.domain.profiles.field_values); null when the value
    could not be read as one of its field's type. An import leaves what was there before it, so
    that it can be undone; who edits the value by hand ends that.
    """

    __tablename__ = "person_values"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        sensitive="value sort_value value_before sort_value_before",
    )
    __held_as__ = HeldAs("Fields about them", "person_id", HeldBy.PERSON)
    __table_args__ = (
        Index("ix_person_values_field_id", "field_id", "sort_value", "person_id"),
        Index(
            "ix_person_values_import_id",
            "import_id",
            sqlite_where=text("import_id IS NOT NULL"),
        ),
        # 500,000 values: 39 MB and not 49, and each is found in one step instead of two.
        {"sqlite_with_rowid": False},
    )

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    field_id: Mapped[int] = mapped_column(
        ForeignKey("person_fields.id", ondelete="CASCADE"), primary_key=True
    )
    value: Mapped[long_text]
    sort_value: Mapped[SortValue | None] = mapped_column(SortValueType)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id", ondelete="SET NULL"))
    value_before: Mapped[str | None] = mapped_column(Text)
    sort_value_before: Mapped[SortValue | None] = mapped_column(SortValueType)


add_updated_at_trigger(PersonField, "name", "class", "choices", "position", "archived_at")
