"""What people of the organisation write down about a person."""

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.columns import e164, key, phone_is_e164, stamp
from app.kit.db import Model


class PersonNote(Model):
    """A note about whoever has this number."""

    __tablename__ = "person_notes"
    __table_args__ = (
        CheckConstraint(phone_is_e164(), name="phone_is_e164"),
        Index("ix_person_notes_phone", "phone", "id"),
    )

    id: Mapped[key]
    phone: Mapped[e164]
    body: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[stamp]
