"""Blasts, sent and scheduled, and their messages."""

import json
from typing import Any, cast

from sqlalchemy import (
    DDL,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    event,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    bool_default_false,
    e164,
    enum_column,
    int_default_zero,
    long_text,
    primary_key,
    texts_by_language,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model, db
from app.core.held_data import HeldAs
from app.delivery.message_indexes import COUNT_TRIGGER_SQL, MESSAGE_INDEXES
from app.domain.accounts.phone_codes import hide_code
from app.domain.delivery.blast_outcomes import BlastOutcome
from app.domain.delivery.message_statuses import (
    ACCEPTED_STATUSES,
    BlastStatus,
    BlastTarget,
    MessageDirection,
    MessageKind,
    MessageStatus,
)
from app.domain.texts.text_languages import LANGUAGE_TAG_LENGTH

# A row that another program writes without a carrier is practice: nothing real is sent.
DEFAULT_CARRIER = "sandbox"
CARRIER_CHECK_SQL = "carrier IN ('sandbox', 'twilio')"
AUDIENCE_IS_WHOLE_SQL = "(audience_log_id IS NULL) = (audience_outcome IS NULL)"
TRANSLATIONS_CHECK_SQL = "translations IS NULL OR json_valid(translations)"
AUDIENCE_CHECK_SQL = (
    "(target = 'audience') = (audience_id IS NOT NULL) AND "
    "(audience_id IS NULL OR (event_id IS NULL AND audience_log_id IS NULL))"
)


class MessageLog(Model):
    """One released blast.

    Its messages are the truth about delivery; a trigger on them keeps the two counts.
    """

    __tablename__ = "message_logs"
    __column_classes__ = ColumnClasses(
        public="message_body footer translations event_title",
        administrative="sender carrier pause_reason created_by name any_hour_reason",
        personal="details tested_as",
    )
    __table_args__ = (
        CheckConstraint(CARRIER_CHECK_SQL, name="carrier"),
        CheckConstraint(TRANSLATIONS_CHECK_SQL, name="translations"),
        CheckConstraint(AUDIENCE_IS_WHOLE_SQL, name="audience_is_whole"),
        Index("ix_message_logs_status", "status", "id"),
        Index("ix_message_logs_event_id", "event_id"),
        Index(
            "ix_message_logs_survey_id",
            "survey_id",
            sqlite_where=text("survey_id IS NOT NULL"),
        ),
        Index(
            "ix_message_logs_audience_log_id",
            "audience_log_id",
            sqlite_where=text("audience_log_id IS NOT NULL"),
        ),
        CheckConstraint(AUDIENCE_CHECK_SQL, name="audience"),
        Index(
            "ix_message_logs_audience_id",
            "audience_id",
            sqlite_where=text("audience_id IS NOT NULL"),
        ),
        Index(
            "ix_message_logs_template_version_id",
            "template_version_id",
            sqlite_where=text("template_version_id IS NOT NULL"),
        ),
    )

    id: Mapped[primary_key]
    created_at: Mapped[timestamp_default_now]
    message_body: Mapped[long_text]
    target: Mapped[BlastTarget] = mapped_column(enum_column(BlastTarget, name="target"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"))
    status: Mapped[BlastStatus] = mapped_column(
        enum_column(BlastStatus, name="logstatus"),
        default=BlastStatus.SENT,
        server_default=BlastStatus.SENT,
    )
    total_recipients: Mapped[int_default_zero]
    success_count: Mapped[int_default_zero]
    failure_count: Mapped[int_default_zero]
    details: Mapped[str | None] = mapped_column(Text)
    # below: not in the first design
    event_title: Mapped[str | None] = mapped_column(String(200))
    footer: Mapped[str | None] = mapped_column(String(160))
    sender: Mapped[str] = mapped_column(String(40), server_default="")
    carrier: Mapped[str] = mapped_column(String(10), server_default=DEFAULT_CARRIER)
    test_mode: Mapped[bool_default_false]
    duplicates: Mapped[int_default_zero]
    pause_reason: Mapped[str | None] = mapped_column(String(300))
    pause_code: Mapped[int | None]
    # False: the next message goes alone until the carrier accepts one
    proven: Mapped[bool_default_false]
    created_by: Mapped[str | None] = mapped_column(String(80))
    finished_at: Mapped[timestamp | None]
    # nothing of the blast leaves after this moment
    not_after: Mapped[timestamp | None]
    # what failed before this moment no longer counts towards a pause
    resumed_at: Mapped[timestamp | None]
    # the survey that this blast invites to: whoever answers begins it
    survey_id: Mapped[int | None] = mapped_column(
        ForeignKey("survey_flows.id", ondelete="SET NULL")
    )
    # what users call the blast; never sent
    name: Mapped[str | None] = mapped_column(String(80))
    # True: letters like "ë" in filled-in names are sent as "e"
    plain_names: Mapped[bool_default_false]
    # of a test: the name of the person as whom the tester reads it
    tested_as: Mapped[str | None] = mapped_column(String(100))
    # not null: the people of an earlier blast; then target is "event" without an event, so that
    # code that does not know these columns reaches nobody
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
    # not null: its texts are sent at any hour, and why
    any_hour_reason: Mapped[str | None] = mapped_column(String(200))
    # the text in other languages, by their tags; message_body is in the organisation's language
    translations: Mapped[texts_by_language]

    @property
    def results(self) -> list[dict[str, Any]]:
        """One {"phone", "name", "success", "error"} a message, as the first design stored them in
        `details`.
        """
        if self.details:
            return list(json.loads(self.details))
        rows = select(Message).where(Message.message_log_id == self.id).order_by(Message.id)
        return [row.result for row in db.session.scalars(rows)]


class Message(Model):
    """One text to or from one person.

    `phone` is the person in both directions, `sender` our number.
    """

    __tablename__ = "messages"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        administrative="sender reason carrier provider_sid encoding price written_by held_why",
        personal="phone name language",
        sensitive="body media error_message",
    )
    __held_as__ = HeldAs("Texts to and from them")
    __table_args__ = (
        *MESSAGE_INDEXES,
        CheckConstraint(CARRIER_CHECK_SQL, name="carrier"),
        CheckConstraint(
            "(direction = 'inbound') = (status = 'received')",
            name="inbound_is_received",
        ),
        CheckConstraint("(held_until IS NULL) = (held_why IS NULL)", name="held"),
    )

    id: Mapped[primary_key]
    direction: Mapped[MessageDirection] = mapped_column(
        enum_column(MessageDirection, name="direction"),
        default=MessageDirection.OUTBOUND,
        server_default=MessageDirection.OUTBOUND,
    )
    kind: Mapped[MessageKind] = mapped_column(enum_column(MessageKind, name="kind"))
    phone: Mapped[e164]
    name: Mapped[str | None] = mapped_column(String(100))
    sender: Mapped[str] = mapped_column(String(40), server_default="")
    body: Mapped[long_text]
    status: Mapped[MessageStatus] = mapped_column(enum_column(MessageStatus))
    reason: Mapped[str | None] = mapped_column(String(40))
    priority: Mapped[int_default_zero]
    carrier: Mapped[str] = mapped_column(String(10), server_default=DEFAULT_CARRIER)
    provider_sid: Mapped[str | None] = mapped_column(String(64), unique=True)
    message_log_id: Mapped[int | None] = mapped_column(
        ForeignKey("message_logs.id", ondelete="RESTRICT")
    )
    segments: Mapped[int] = mapped_column(default=1, server_default="1")
    encoding: Mapped[str] = mapped_column(String(5), default="GSM-7", server_default="GSM-7")
    price: Mapped[str | None] = mapped_column(String(20))
    error_code: Mapped[int | None]
    error_message: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int_default_zero]
    not_before: Mapped[timestamp | None]
    created_at: Mapped[timestamp_default_now]
    submitted_at: Mapped[timestamp | None]
    sent_at: Mapped[timestamp | None]
    delivered_at: Mapped[timestamp | None]
    failed_at: Mapped[timestamp | None]
    # of a message without a blast: it does not leave after this moment
    not_after: Mapped[timestamp | None]
    # when the carrier is asked next what became of it, and how often it was asked
    look_up_at: Mapped[timestamp | None]
    lookups: Mapped[int_default_zero]
    # when a person dismissed the doubt about it
    left_at: Mapped[timestamp | None]
    # the inbound message that this one answers
    in_reply_to: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    # the user who wrote it, unless it is of a blast
    written_by: Mapped[str | None] = mapped_column(String(80))
    # pictures that came with it: a JSON list of {"url", "type"}
    media: Mapped[str | None] = mapped_column(Text)
    # of a blast, and only of a person with several numbers: whose one text this is
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    # the text of the same blast to another number of the person that this one stands in for; that
    # one has the reason SUPERSEDED_REASON
    fallback_for_id: Mapped[int | None] = mapped_column(
        ForeignKey("messages.id", ondelete="SET NULL")
    )
    # the template version that this text was made from; no key, which would be asked for each of
    # 100,000 rows: a version that was used cannot be deleted
    template_version_id: Mapped[int | None]
    # of a text that waits: it is not sent before this moment, and the TextHoldReason
    held_until: Mapped[timestamp | None]
    held_why: Mapped[str | None] = mapped_column(String(40))
    # which translation of its blast it is; null: the text in the organisation's language
    language: Mapped[str | None] = mapped_column(String(LANGUAGE_TAG_LENGTH))
    # True: it says who writes and how to opt out, as the first text to a number does
    is_introduction: Mapped[bool_default_false]

    @property
    def shown_body(self) -> str:
        """The words as pages show them: a verification code is only for the reader of its phone."""
        return self.body if self.direction is MessageDirection.INBOUND else hide_code(self.body)

    @property
    def result(self) -> dict[str, Any]:
        """The recipient, whether the carrier accepted it, and if not, why."""
        success = self.status in ACCEPTED_STATUSES
        error = None if success else self.error_message or self.reason
        return {
            "phone": self.phone,
            "name": self.name,
            "success": success,
            "error": error,
        }


# The engine and the webhooks use the tables themselves: an ORM update costs twice as much.
messages = cast("Table", Message.__table__)
message_logs = cast("Table", MessageLog.__table__)

event.listen(Message.__table__, "after_create", DDL(COUNT_TRIGGER_SQL))  # type: ignore[no-untyped-call]
