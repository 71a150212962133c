"""Who is in a sequence, and which of its steps each of them got."""

from sqlalchemy import (
    DDL,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    build_e164_check,
    e164,
    enum_column,
    int_default_zero,
    primary_key,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model
from app.core.held_data import HeldAs, HeldBy
from app.domain.sequences.sequence_states import (
    SequencePersonState,
    SequenceSendOutcome,
)
from app.sequences.start_triggers import START_TRIGGERS
from app.sequences.topic_trigger import TOPIC_LEAVE_TRIGGER

MAX_START_KEY_LENGTH = 80
# The key of a start by hand begins with it.
HAND_KEY = "hand:"


class SequencePerson(Model):
    """One person in one sequence for one start, by phone.

    `start_key` names the start, so that one start counts once. `step_id` is the step that is due at
    `next_at`; without a step the start itself is due.
    """

    __tablename__ = "sequence_people"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        administrative="added_by",
        personal="phone start_key stop_reason",
    )
    __held_as__ = HeldAs("Sequences")
    __table_args__ = (
        UniqueConstraint("sequence_id", "phone", "start_key", name="unique_sequence_start"),
        CheckConstraint(build_e164_check(), name="phone_is_e164"),
        CheckConstraint(
            "(ended_at IS NULL) = (state <> 'done' AND state <> 'stopped')", name="ended"
        ),
        CheckConstraint("(state = 'stopped') = (stop_reason IS NOT NULL)", name="stop_reason"),
        # What is due of each sequence that sends: one step in here while nothing is.
        Index(
            "ix_sequence_people_due",
            "sequence_id",
            "next_at",
            sqlite_where=text("state = 'active'"),
        ),
        Index("ix_sequence_people_state", "sequence_id", "state", "id"),
        Index("ix_sequence_people_phone", "phone", "sequence_id"),
        Index("ix_sequence_people_step_id", "step_id"),
        Index(
            "ix_sequence_people_event_id",
            "event_id",
            sqlite_where=text("event_id IS NOT NULL"),
        ),
    )

    id: Mapped[primary_key]
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequences.id", ondelete="CASCADE"))
    phone: Mapped[e164]
    start_key: Mapped[str] = mapped_column(String(MAX_START_KEY_LENGTH))
    # the event that started it, whose values its texts may name
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"))
    # the user who added them by hand; null: the trigger did
    added_by: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[SequencePersonState] = mapped_column(
        enum_column(SequencePersonState, name="state"),
        default=SequencePersonState.ACTIVE,
        server_default=SequencePersonState.ACTIVE,
    )
    # a SequenceStopReason
    stop_reason: Mapped[str | None] = mapped_column(String(40))
    started_at: Mapped[timestamp_default_now]
    step_id: Mapped[int | None] = mapped_column(
        ForeignKey("sequence_steps.id", ondelete="SET NULL")
    )
    # how often the step was sent to them already
    repetition: Mapped[int_default_zero]
    # from when the delay of the step counts: the start, or when the step before was due
    counts_from: Mapped[timestamp | None]
    # null exactly when nothing follows
    next_at: Mapped[timestamp | None]
    ended_at: Mapped[timestamp | None]


class SequenceSend(Model):
    """One step of one person: its text, or why there is none.

    The unique key is what sends each step once, whatever is restarted or moved.
    """

    __tablename__ = "sequence_sends"
    __column_classes__ = ColumnClasses(others=PERSONAL, personal="skip_reason")
    __held_as__ = HeldAs("Steps of sequences", "sequence_person_id", HeldBy.PARENT)
    __table_args__ = (
        UniqueConstraint(
            "sequence_person_id", "step_id", "repetition", name="unique_sequence_send"
        ),
        CheckConstraint(
            "(outcome = 'skipped') = (skip_reason IS NOT NULL)",
            name="skip_reason",
        ),
        Index(
            "uq_sequence_sends_message_id",
            "message_id",
            unique=True,
            sqlite_where=text("message_id IS NOT NULL"),
        ),
        Index("ix_sequence_sends_step_id", "step_id", "id"),
    )

    id: Mapped[primary_key]
    sequence_person_id: Mapped[int] = mapped_column(
        ForeignKey("sequence_people.id", ondelete="CASCADE")
    )
    step_id: Mapped[int] = mapped_column(ForeignKey("sequence_steps.id", ondelete="CASCADE"))
    repetition: Mapped[int_default_zero]
    outcome: Mapped[SequenceSendOutcome] = mapped_column(
        enum_column(SequenceSendOutcome, name="outcome")
    )
    # a SkipReason or a StepSkipReason
    skip_reason: Mapped[str | None] = mapped_column(String(40))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    # when it was planned, and when that happened
    due_at: Mapped[timestamp]
    created_at: Mapped[timestamp_default_now]


# On the metadata, not on a table: all tables must be there before a trigger names them.
for _statement in (*START_TRIGGERS, TOPIC_LEAVE_TRIGGER):
    event.listen(Model.metadata, "after_create", DDL(_statement))
