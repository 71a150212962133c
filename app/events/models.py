"""Events and their registrations."""

import datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.columns import e164, key, phone_is_e164, stamp
from app.kit.db import Model


class Event(Model):
    """Something people register for. Deleting it deletes its registrations."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_date", "date"),)

    id: Mapped[key]
    title: Mapped[str] = mapped_column(String(200))
    date: Mapped[datetime.date | None] = mapped_column(Date)
    created_at: Mapped[stamp]


class EventRegistration(Model):
    """A person who receives this event's blasts."""

    __tablename__ = "event_registrations"
    __table_args__ = (
        UniqueConstraint("event_id", "phone", name="unique_event_phone"),
        CheckConstraint(phone_is_e164(), name="phone_is_e164"),
        Index("ix_event_registrations_phone", "phone"),
    )

    id: Mapped[key]
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    name: Mapped[str | None] = mapped_column(String(100))
    phone: Mapped[e164]
    created_at: Mapped[stamp]
