"""Series of blasts, and those of their dates about which something is to be remembered."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    add_updated_at_trigger,
    bool_default_false,
    enum_column,
    long_text,
    primary_key,
    texts_by_language,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.domain.delivery.message_statuses import BlastTarget


class SeriesState(StrEnum):
    """Whether a series goes on."""

    ACTIVE = "active"
    # by a person, until one resumes it
    PAUSED = "paused"
    # for a reason that needs a person, who may resume it
    STOPPED = "stopped"
    ENDED = "ended"


class OccurrenceState(StrEnum):
    """What is known of one date of a series."""

    # moved or with its own text, not yet a blast
    PLANNED = "planned"
    SKIPPED = "skipped"
    # its blast waits for its time
    PENDING = "pending"
    # its blast was released, or is over without
    DONE = "done"
    # its blast failed, and the series stopped for it
    FAILED = "failed"


class BlastSeries(Model):
    """A blast that repeats. While it is active, one blast of it waits in scheduled_messages."""

    __tablename__ = "blast_series"
    __column_classes__ = ColumnClasses(
        public="body translations footer",
        administrative="name carrier timezone rule time_of_day starts_on stop_reason created_by",
    )
    __table_args__ = (
        CheckConstraint("carrier IN ('sandbox', 'twilio')", name="carrier"),
        CheckConstraint("json_valid(rule)", name="rule"),
        CheckConstraint("translations IS NULL OR json_valid(translations)", name="translations"),
        CheckConstraint("time_of_day GLOB '[0-2][0-9]:[0-5][0-9]'", name="time_of_day"),
        CheckConstraint("(state = 'stopped') = (stop_reason IS NOT NULL)", name="stop_reason"),
        CheckConstraint(
            "(target = 'audience') = (audience_id IS NOT NULL) AND "
            "(audience_id IS NULL OR event_id IS NULL)",
            name="audience",
        ),
        Index("ix_blast_series_state", "state"),
        Index("ix_blast_series_event_id", "event_id"),
        Index("ix_blast_series_survey_id", "survey_id"),
        Index("ix_blast_series_audience_id", "audience_id"),
        # The audit names it by number: that of a deleted one is not given again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[primary_key]
    name: Mapped[str | None] = mapped_column(String(80))
    body: Mapped[long_text]
    # the text in other languages, by their tags
    translations: Mapped[texts_by_language]
    footer: Mapped[str | None] = mapped_column(String(160))
    target: Mapped[BlastTarget] = mapped_column(enum_column(BlastTarget, name="target"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"))
    audience_id: Mapped[int | None] = mapped_column(ForeignKey("audiences.id", ondelete="RESTRICT"))
    survey_id: Mapped[int | None] = mapped_column(
        ForeignKey("survey_flows.id", ondelete="SET NULL")
    )
    plain_names: Mapped[bool_default_false]
    # practice never becomes real
    carrier: Mapped[str] = mapped_column(String(10))
    timezone: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(Text)
    # HH:MM on the clocks of `timezone`
    time_of_day: Mapped[str] = mapped_column(String(5))
    starts_on: Mapped[dt.date] = mapped_column(Date)
    state: Mapped[SeriesState] = mapped_column(
        enum_column(SeriesState), default=SeriesState.ACTIVE, server_default=SeriesState.ACTIVE
    )
    stop_reason: Mapped[str | None] = mapped_column(String(300))
    # how many people got the last blast of it, at first as the review showed
    confirmed_count: Mapped[int | None]
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]
    # that person, whatever they are called now; null: deleted
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )

    @property
    def message_body(self) -> str:
        """The text, by the name that blasts have for it."""
        return self.body


class SeriesOccurrence(Model):
    """One date of a series of which something is to be remembered; of other dates there is no row.

    `occurs_on` is the date by the rule, also when it was moved.
    """

    __tablename__ = "series_occurrences"
    __column_classes__ = ColumnClasses(
        public="body translations",
        administrative="occurs_on moved_date moved_time",
    )
    __table_args__ = (
        UniqueConstraint("series_id", "occurs_on", name="unique_series_date"),
        CheckConstraint("translations IS NULL OR json_valid(translations)", name="translations"),
        CheckConstraint(
            "(moved_date IS NULL) = (moved_time IS NULL) AND "
            "(moved_time IS NULL OR moved_time GLOB '[0-2][0-9]:[0-5][0-9]')",
            name="moved",
        ),
        # the database itself refuses a second blast of a series that waits
        Index(
            "uq_series_occurrences_pending",
            "series_id",
            unique=True,
            sqlite_where=text("state = 'pending'"),
        ),
        Index("uq_series_occurrences_scheduled_id", "scheduled_id", unique=True),
    )

    id: Mapped[primary_key]
    series_id: Mapped[int] = mapped_column(ForeignKey("blast_series.id", ondelete="CASCADE"))
    occurs_on: Mapped[dt.date] = mapped_column(Date)
    state: Mapped[OccurrenceState] = mapped_column(
        enum_column(OccurrenceState),
        default=OccurrenceState.PLANNED,
        server_default=OccurrenceState.PLANNED,
    )
    # where it was moved to, on the clocks of the series; null: not moved
    moved_date: Mapped[dt.date | None] = mapped_column(Date)
    moved_time: Mapped[str | None] = mapped_column(String(5))
    # its own text; null: that of the series
    body: Mapped[str | None] = mapped_column(Text)
    # its own text in other languages; none without a body of its own
    translations: Mapped[texts_by_language]
    scheduled_id: Mapped[int | None] = mapped_column(
        ForeignKey("scheduled_messages.id", ondelete="SET NULL")
    )


add_updated_at_trigger(
    BlastSeries, "name", "body", "footer", "rule", "time_of_day", "timezone", "translations"
)
