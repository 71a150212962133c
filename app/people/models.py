"""What people of the organisation write down about a person."""

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    build_e164_check,
    e164,
    primary_key,
    timestamp_default_now,
)
from app.core.db import Model
from app.core.held_data import HeldAs


class PersonNote(Model):
    """A note about whoever has this number."""

    __tablename__ = "person_notes"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        administrative="created_by",
        personal="phone",
        sensitive="body",
    )
    __held_as__ = HeldAs("Notes about them")
    __table_args__ = (
        CheckConstraint(build_e164_check(), name="phone_is_e164"),
        Index("ix_person_notes_phone", "phone", "id"),
    )

    id: Mapped[primary_key]
    phone: Mapped[e164]
    body: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[timestamp_default_now]
