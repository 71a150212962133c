"""Blasts that wait for their time."""

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    bool_default_false,
    enum_column,
    long_text,
    primary_key,
    texts_by_language,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model
from app.delivery.models import (
    AUDIENCE_CHECK_SQL,
    AUDIENCE_IS_WHOLE_SQL,
    CARRIER_CHECK_SQL,
    DEFAULT_CARRIER,
    TRANSLATIONS_CHECK_SQL,
)
from app.domain.delivery.approval_states import ApprovalState
from app.domain.delivery.blast_outcomes import BlastOutcome
from app.domain.delivery.message_statuses import (
    BlastTarget,
    ScheduledBlastStatus,
)


class ScheduledMessage(Model):
    """A confirmed blast that waits for its time.

    It may be edited until it is released; its audience is read then.
    """

    __tablename__ = "scheduled_messages"
    __column_classes__ = ColumnClasses(
        public="message_body footer translations",
        administrative=(
            "error_message sender carrier timezone client_token created_by held_reason name "
            "any_hour_reason"
        ),
    )
    __table_args__ = (
        CheckConstraint(CARRIER_CHECK_SQL, name="carrier"),
        CheckConstraint(TRANSLATIONS_CHECK_SQL, name="translations"),
        CheckConstraint(AUDIENCE_IS_WHOLE_SQL, name="audience_is_whole"),
        Index("ix_scheduled_messages_status", "status", "scheduled_at"),
        Index("ix_scheduled_messages_message_log_id", "message_log_id"),
        Index("ix_scheduled_messages_event_id", "event_id"),
        Index("ix_scheduled_messages_event_reminder_id", "event_reminder_id"),
        Index(
            "ix_scheduled_messages_survey_id",
            "survey_id",
            sqlite_where=text("survey_id IS NOT NULL"),
        ),
        Index(
            "ix_scheduled_messages_audience_log_id",
            "audience_log_id",
            sqlite_where=text("audience_log_id IS NOT NULL"),
        ),
        CheckConstraint(AUDIENCE_CHECK_SQL, name="audience"),
        Index(
            "ix_scheduled_messages_audience_id",
            "audience_id",
            sqlite_where=text("audience_id IS NOT NULL"),
        ),
        Index(
            "ix_scheduled_messages_template_version_id",
            "template_version_id",
            sqlite_where=text("template_version_id IS NOT NULL"),
        ),
        Index(
            "ix_scheduled_messages_series_id",
            "series_id",
            sqlite_where=text("series_id IS NOT NULL"),
        ),
        # the database itself refuses a second blast of a series that waits
        Index(
            "uq_scheduled_messages_waiting_series",
            "series_id",
            unique=True,
            sqlite_where=text("status = 'pending' AND series_id IS NOT NULL"),
        ),
        # The audit names it by number: that of a deleted one is not given again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[primary_key]
    created_at: Mapped[timestamp_default_now]
    scheduled_at: Mapped[timestamp]
    message_body: Mapped[long_text]
    target: Mapped[BlastTarget] = mapped_column(enum_column(BlastTarget, name="target"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"))
    status: Mapped[ScheduledBlastStatus] = mapped_column(
        enum_column(ScheduledBlastStatus, name="schedulestatus"),
        default=ScheduledBlastStatus.PENDING,
        server_default=ScheduledBlastStatus.PENDING,
    )
    test_mode: Mapped[bool_default_false]
    processing_started_at: Mapped[timestamp | None]
    sent_at: Mapped[timestamp | None]
    error_message: Mapped[str | None] = mapped_column(Text)
    message_log_id: Mapped[int | None] = mapped_column(
        ForeignKey("message_logs.id", ondelete="SET NULL")
    )
    # below: not in the first design
    footer: Mapped[str | None] = mapped_column(String(160))
    sender: Mapped[str] = mapped_column(String(40), server_default="")
    carrier: Mapped[str] = mapped_column(String(10), server_default=DEFAULT_CARRIER)
    # True: "send now"; until scheduled_at it can be undone
    immediate: Mapped[bool_default_false]
    timezone: Mapped[str | None] = mapped_column(String(64))
    client_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_by: Mapped[str | None] = mapped_column(String(80))
    not_after: Mapped[timestamp | None]
    # the reminder of an event that this blast sends
    event_reminder_id: Mapped[int | None] = mapped_column(
        ForeignKey("event_reminders.id", ondelete="SET NULL")
    )
    survey_id: Mapped[int | None] = mapped_column(
        ForeignKey("survey_flows.id", ondelete="SET NULL")
    )
    confirmed_count: Mapped[int | None]
    held_reason: Mapped[str | None] = mapped_column(String(300))
    # what users call the blast; never sent
    name: Mapped[str | None] = mapped_column(String(80))
    # True: letters like "ë" in filled-in names are sent as "e"
    plain_names: Mapped[bool_default_false]
    # not null: the people of an earlier blast, as in MessageLog
    audience_log_id: Mapped[int | None] = mapped_column(
        ForeignKey("message_logs.id", ondelete="RESTRICT")
    )
    audience_outcome: Mapped[BlastOutcome | None] = mapped_column(enum_column(BlastOutcome))
    # not null exactly when target is "audience"
    audience_id: Mapped[int | None] = mapped_column(ForeignKey("audiences.id", ondelete="RESTRICT"))
    # the template version whose text this is, word for word
    template_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("message_template_versions.id", ondelete="RESTRICT")
    )
    # the series that this blast is one date of
    series_id: Mapped[int | None] = mapped_column(
        ForeignKey("blast_series.id", ondelete="SET NULL")
    )
    # not null: its texts are sent at any hour, and why
    any_hour_reason: Mapped[str | None] = mapped_column(String(200))
    # null: it needs no approval; waiting and declined ones are never released
    approval: Mapped[ApprovalState | None] = mapped_column(enum_column(ApprovalState))
    # the text in other languages, by their tags; message_body is in the organisation's language
    translations: Mapped[texts_by_language]
    # who answers for it, whatever they are called now; of a reminder who wrote it; null: deleted
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
