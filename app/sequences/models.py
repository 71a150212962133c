"""Sequences and their steps."""

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    add_updated_at_trigger,
    bool_default_false,
    enum_column,
    int_default_zero,
    long_text,
    primary_key,
    texts_by_language,
    timestamp,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.domain.sequences.sequence_states import (
    SequenceState,
    SequenceTrigger,
)
from app.domain.texts.name_folding import fold_name

MAX_SEQUENCE_NAME_LENGTH = 80
MAX_SEQUENCE_DESCRIPTION_LENGTH = 300


class Sequence(Model):
    """Texts that follow one after the other for each person whom something starts it for.

    What the trigger names is in one of four columns; it is null when that was deleted. An event's
    trigger is for one event, or for any while `is_any_event` is set.
    """

    __tablename__ = "sequences"
    __column_classes__ = ColumnClasses(
        public="footer",
        administrative=(
            "name folded_name description pause_reason scanned_on carrier seed_key created_by "
            "activated_by"
        ),
    )
    __table_args__ = (
        CheckConstraint("carrier IN ('sandbox', 'twilio')", name="carrier"),
        CheckConstraint("length(trim(name)) > 0", name="name"),
        CheckConstraint("trigger_count BETWEEN 1 AND 1000", name="trigger_count"),
        CheckConstraint("trigger_days BETWEEN -365 AND 365", name="trigger_days"),
        Index("ix_sequences_state", "state", "trigger_kind"),
        Index("ix_sequences_group_id", "group_id"),
        Index("ix_sequences_event_id", "event_id"),
        Index("ix_sequences_survey_id", "survey_id"),
        Index("ix_sequences_field_id", "field_id"),
    )

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(MAX_SEQUENCE_NAME_LENGTH))
    folded_name: Mapped[str] = mapped_column(String(MAX_SEQUENCE_NAME_LENGTH * 2), unique=True)
    description: Mapped[str | None] = mapped_column(String(MAX_SEQUENCE_DESCRIPTION_LENGTH))
    trigger_kind: Mapped[SequenceTrigger] = mapped_column(enum_column(SequenceTrigger))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id", ondelete="SET NULL"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"))
    is_any_event: Mapped[bool_default_false]
    survey_id: Mapped[int | None] = mapped_column(
        ForeignKey("survey_flows.id", ondelete="SET NULL")
    )
    field_id: Mapped[int | None] = mapped_column(
        ForeignKey("person_fields.id", ondelete="SET NULL")
    )
    # of a date: so many days after it, before it where negative
    trigger_days: Mapped[int_default_zero]
    # of check-ins: how many days in a row, or for how many days none came
    trigger_count: Mapped[int] = mapped_column(default=1, server_default="1")
    state: Mapped[SequenceState] = mapped_column(
        enum_column(SequenceState), default=SequenceState.OFF, server_default=SequenceState.OFF
    )
    # why the program paused it, in words; null: it did not
    pause_reason: Mapped[str | None] = mapped_column(String(300))
    stops_on_reply: Mapped[bool_default_false]
    # of an event: when they say whether they come
    stops_on_rsvp: Mapped[bool_default_false]
    # when they leave the group, are registered no more, or the date is removed or moved
    stops_on_leaving: Mapped[bool] = mapped_column(default=True, server_default=true())
    # the last day whose dates were looked for; null: none yet
    scanned_on: Mapped[dt.date | None] = mapped_column(Date)
    # practice never becomes real
    carrier: Mapped[str] = mapped_column(String(10))
    footer: Mapped[str | None] = mapped_column(String(160))
    # grows with each change, so that of two people who edit at once the second is told
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    # of a sequence that came with the program: which one it is, whatever it is called now
    seed_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    # null: it came with the program
    created_by: Mapped[str | None] = mapped_column(String(80))
    # who switched it on last: their role says whom it may text
    activated_by: Mapped[str | None] = mapped_column(String(80))
    activated_at: Mapped[timestamp | None]
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]
    # that person, whatever they are called now; null: deleted
    activated_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )

    @validates("name")
    def _set_name(self, key: str, name: str) -> str:
        self.folded_name = fold_sequence_name(name)
        return name


def fold_sequence_name(name: str) -> str:
    """Return a sequence's name as it is compared; a name of signs only is compared as it is."""
    return fold_name(name) or name.strip().lower()


class SequenceStep(Model):
    """One text of a sequence. A removed step keeps its row: who got it keeps their history.

    It is due `delay_days` after the step before it, at `time_of_day`. With `repeat_days` it is sent
    again every so many days until `until_condition` is met.
    """

    __tablename__ = "sequence_steps"
    __column_classes__ = ColumnClasses(
        public="body translations",
        administrative="time_of_day condition until_condition",
    )
    __table_args__ = (
        CheckConstraint("time_of_day GLOB '[0-2][0-9]:[0-5][0-9]'", name="time_of_day"),
        CheckConstraint("delay_days BETWEEN 0 AND 730", name="delay_days"),
        CheckConstraint("repeat_days BETWEEN 1 AND 365", name="repeat_days"),
        CheckConstraint("translations IS NULL OR json_valid(translations)", name="translations"),
        CheckConstraint("condition IS NULL OR json_valid(condition)", name="condition"),
        CheckConstraint(
            "until_condition IS NULL OR (json_valid(until_condition) AND repeat_days IS NOT NULL)",
            name="until_condition",
        ),
        Index("ix_sequence_steps_sequence_id", "sequence_id", "position"),
    )

    id: Mapped[primary_key]
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequences.id", ondelete="CASCADE"))
    position: Mapped[int]
    delay_days: Mapped[int_default_zero]
    # HH:MM on the organisation's clocks; null: at the time of the step before, the first at once
    time_of_day: Mapped[str | None] = mapped_column(String(5))
    body: Mapped[long_text]
    translations: Mapped[texts_by_language]
    # JSON (app/domain/sequences/step_conditions.py); null: everyone gets it
    condition: Mapped[str | None] = mapped_column(Text)
    repeat_days: Mapped[int | None]
    until_condition: Mapped[str | None] = mapped_column(Text)
    # False: it is passed over
    is_on: Mapped[bool] = mapped_column(default=True, server_default=true())
    removed_at: Mapped[timestamp | None]
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]


add_updated_at_trigger(
    Sequence,
    "name",
    "description",
    "trigger_kind",
    "group_id",
    "event_id",
    "is_any_event",
    "survey_id",
    "field_id",
    "trigger_days",
    "trigger_count",
    "stops_on_reply",
    "stops_on_rsvp",
    "stops_on_leaving",
    "footer",
)
add_updated_at_trigger(
    SequenceStep,
    "position",
    "delay_days",
    "time_of_day",
    "body",
    "translations",
    "condition",
    "repeat_days",
    "until_condition",
    "is_on",
)
