"""Columns of a file that go into a field of people: one there is, or a new one."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.profiles.field_types import FieldClass, FieldType

# What a form sends for a column that makes a new field, and how one for field 7 begins.
NEW_FIELD_CHOICE = "field:new"
FIELD_CHOICE_PREFIX = "field:"


@dataclass(frozen=True)
class KnownField:
    """A field that people have already."""

    id: int
    name: str
    type: FieldType
    choices: Sequence[str] = ()


@dataclass(frozen=True)
class FieldColumn:
    """The field that a column goes into; `field_id` is None until a new one is made."""

    name: str
    type: FieldType
    choices: Sequence[str] = ()
    field_class: FieldClass = FieldClass.ADMINISTRATIVE
    field_id: int | None = None

    @property
    def choice(self) -> str:
        """What the form of the columns sends for it."""
        return f"{FIELD_CHOICE_PREFIX}{self.field_id or 'new'}"


def use_known_field(field: KnownField) -> FieldColumn:
    """Return a column that goes into a field that people have already."""
    return FieldColumn(field.name, field.type, field.choices, field_id=field.id)
