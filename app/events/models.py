"""Events and their registrations."""

import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    build_e164_check,
    e164,
    enum_column,
    long_text,
    primary_key,
    texts_by_language,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model
from app.core.held_data import HeldAs


class Event(Model):
    """What people register for. Deleting it deletes its registrations."""

    __tablename__ = "events"
    __column_classes__ = ColumnClasses(public="title date start_time place")
    __table_args__ = (
        Index("ix_events_date", "date"),
        # The audit names it by number: that of a deleted one is not given again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[primary_key]
    title: Mapped[str] = mapped_column(String(200))
    date: Mapped[datetime.date | None] = mapped_column(Date)
    created_at: Mapped[timestamp_default_now]
    # HH:MM in the organisation's time zone; null: the whole day
    start_time: Mapped[str | None] = mapped_column(String(5))
    place: Mapped[str | None] = mapped_column(String(200))
    # Deleting is left to the database (ON DELETE CASCADE): loading thousands of rows first is slow.
    registrations: Mapped[list["EventRegistration"]] = relationship(
        order_by="EventRegistration.id", passive_deletes=True, cascade="all, delete-orphan"
    )


class EventReminder(Model):
    """One step of an event's reminder plan.

    While it is on, a pending scheduled blast stands for it.
    """

    __tablename__ = "event_reminders"
    __column_classes__ = ColumnClasses(public="body translations", administrative="time_of_day")
    __table_args__ = (
        UniqueConstraint("event_id", "days", "time_of_day", name="unique_event_step"),
        CheckConstraint("time_of_day GLOB '[0-2][0-9]:[0-5][0-9]'", name="time_of_day"),
        CheckConstraint("translations IS NULL OR json_valid(translations)", name="translations"),
    )

    id: Mapped[primary_key]
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    # days from the event's date: -7 is a week before, 1 the day after
    days: Mapped[int]
    time_of_day: Mapped[str] = mapped_column(String(5))
    body: Mapped[long_text]
    # the text in other languages, by their tags
    translations: Mapped[texts_by_language]
    is_on: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[timestamp_default_now]
    # who wrote or changed it last; null: it came with the event, or they were deleted
    written_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )


class EventAnswer(StrEnum):
    """Whether a registered person is coming. Without an answer they count as coming."""

    COMING = "coming"
    MAYBE = "maybe"
    NOT_COMING = "not_coming"


class EventRegistration(Model):
    """A person who receives this event's blasts."""

    __tablename__ = "event_registrations"
    __column_classes__ = ColumnClasses(others=PERSONAL, personal="name phone", sensitive="answer")
    __held_as__ = HeldAs("Registrations for events")
    __table_args__ = (
        UniqueConstraint("event_id", "phone", name="unique_event_phone"),
        CheckConstraint(build_e164_check(), name="phone_is_e164"),
        CheckConstraint("guests BETWEEN 0 AND 99", name="guests"),
        # With the name, so that a search in a group of 20,000 reads none of their rows.
        Index("ix_event_registrations_phone", "phone", "name"),
        Index("ix_event_registrations_answer", "event_id", "answer"),
        # By name: who of other events may be the same person.
        Index(
            "ix_event_registrations_name",
            text("name COLLATE NOCASE"),
            "phone",
            sqlite_where=text("name IS NOT NULL"),
        ),
    )

    id: Mapped[primary_key]
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    name: Mapped[str | None] = mapped_column(String(100))
    phone: Mapped[e164]
    created_at: Mapped[timestamp_default_now]
    # null: they have not said; both are theirs or set by hand on the page of the event
    answer: Mapped[EventAnswer | None] = mapped_column(enum_column(EventAnswer))
    guests: Mapped[int | None]
    # when a user marked that they came; null: not marked
    attended_at: Mapped[timestamp | None]
