"""Surveys, who is answering them, what was answered, and the words that start something."""

from typing import cast

from sqlalchemy import (
    DDL,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    event,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    add_updated_at_trigger,
    bool_default_false,
    build_e164_check,
    e164,
    enum_column,
    int_default_zero,
    long_text,
    primary_key,
    timestamp,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.core.held_data import HeldAs, HeldBy
from app.domain.surveys.survey_state_machine import AnswerState, SurveySessionStatus

UNDERSTOOD_STATES = (AnswerState.ANSWERED, AnswerState.SKIPPED)
# WHERE of the unique index: one answer a question. Texts that were not understood, or that came
# twice, are kept beside it. The same states as UNDERSTOOD_STATES.
IS_UNDERSTOOD_SQL = "state NOT IN ('unclear', 'repeated')"


class SurveyFlow(Model):
    """Questions that a person answers by text after texting the keyword."""

    __tablename__ = "survey_flows"
    __column_classes__ = ColumnClasses(
        public="name trigger_keyword intro_message questions_json completion_message",
    )
    __table_args__ = (
        Index("ix_survey_flows_linked_event_id", "linked_event_id"),
        Index("ix_survey_flows_group_id", "group_id"),
        # The audit names it by number: that of a deleted one is not given again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    trigger_keyword: Mapped[str] = mapped_column(String(40), unique=True)
    intro_message: Mapped[str | None] = mapped_column(Text)
    questions_json: Mapped[long_text]
    completion_message: Mapped[str | None] = mapped_column(Text)
    linked_event_id: Mapped[int | None] = mapped_column(
        ForeignKey("events.id", ondelete="SET NULL")
    )
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    start_count: Mapped[int_default_zero]
    completion_count: Mapped[int_default_zero]
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]
    # Hours without an answer after which a session ends, and after which it is reminded once
    # (null: never).
    timeout_hours: Mapped[int] = mapped_column(default=24, server_default="24")
    nudge_hours: Mapped[int | None] = mapped_column(default=4, server_default="4")
    # Whoever finishes is put into this group.
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id", ondelete="SET NULL"))
    # Whoever finishes has checked in on that day (app/check_ins).
    counts_as_check_in: Mapped[bool_default_false]


add_updated_at_trigger(
    SurveyFlow,
    "name",
    "trigger_keyword",
    "intro_message",
    "questions_json",
    "completion_message",
    "linked_event_id",
    "is_active",
    "timeout_hours",
    "nudge_hours",
    "group_id",
)


class SurveySession(Model):
    """One person's way through one survey, with the questions as they were when it began."""

    __tablename__ = "survey_sessions"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        public="questions_json completion_message",
        personal="phone name",
    )
    __held_as__ = HeldAs("Surveys")
    __table_args__ = (
        CheckConstraint(build_e164_check() + " OR phone GLOB '#*'", name="phone_is_e164"),
        # One active session a phone: the database refuses a second.
        Index(
            "uq_survey_sessions_active",
            "phone",
            unique=True,
            sqlite_where=text("status = 'active'"),
        ),
        Index("ix_survey_sessions_survey_id", "survey_id", "id"),
        Index("ix_survey_sessions_phone", "phone", "id"),
        Index(
            "ix_survey_sessions_asked_at",
            "asked_at",
            sqlite_where=text("status = 'active'"),
        ),
        Index("ix_survey_sessions_message_log_id", "message_log_id", "phone"),
    )

    id: Mapped[primary_key]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey_flows.id", ondelete="CASCADE"))
    phone: Mapped[e164]
    name: Mapped[str | None] = mapped_column(String(100))
    status: Mapped[SurveySessionStatus] = mapped_column(
        enum_column(SurveySessionStatus, name="sessionstatus"),
        default=SurveySessionStatus.ACTIVE,
        server_default=SurveySessionStatus.ACTIVE,
    )
    # The survey as it was when this began: editing it changes nothing for whoever is in the middle.
    questions_json: Mapped[long_text]
    completion_message: Mapped[str | None] = mapped_column(Text)
    # The index of the question that was asked last, from 0.
    position: Mapped[int_default_zero]
    # How many of the last texts were not understood.
    misses: Mapped[int_default_zero]
    started_at: Mapped[timestamp_default_now]
    asked_at: Mapped[timestamp_default_now]
    nudged_at: Mapped[timestamp | None]
    ended_at: Mapped[timestamp | None]
    # The blast that asked; null when a keyword began it.
    message_log_id: Mapped[int | None] = mapped_column(
        ForeignKey("message_logs.id", ondelete="SET NULL")
    )


class SurveyAnswer(Model):
    """What somebody answered to one question.

    `body` is what they texted, `value` what was understood; both stay.
    """

    __tablename__ = "survey_answers"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        public="prompt",
        administrative="edited_by",
        sensitive="body value value_before",
    )
    __held_as__ = HeldAs("Answers to surveys", "session_id", HeldBy.PARENT)
    __table_args__ = (
        Index(
            "uq_survey_answers_position",
            "session_id",
            "position",
            unique=True,
            sqlite_where=text(IS_UNDERSTOOD_SQL),
        ),
        Index("ix_survey_answers_session_id", "session_id", "id"),
        Index("ix_survey_answers_message_id", "message_id"),
    )

    id: Mapped[primary_key]
    session_id: Mapped[int] = mapped_column(ForeignKey("survey_sessions.id", ondelete="CASCADE"))
    position: Mapped[int]
    state: Mapped[AnswerState] = mapped_column(enum_column(AnswerState))
    prompt: Mapped[long_text]
    body: Mapped[str] = mapped_column(Text, default="", server_default="")
    value: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    created_at: Mapped[timestamp_default_now]
    # Set when somebody put it right; `value_before` is what was understood before.
    edited_at: Mapped[timestamp | None]
    edited_by: Mapped[str | None] = mapped_column(String(80))
    value_before: Mapped[str | None] = mapped_column(Text)


class TriggerWord(Model):
    """A word that starts something, folded (fold_text()): of one keyword or one survey.

    The primary key keeps it from starting two things. The main words are written by triggers on
    the two tables, the other words of keywords by actions/trigger_words.py.
    """

    __tablename__ = "trigger_words"
    __column_classes__ = ColumnClasses(public="word folded")
    __table_args__ = (
        CheckConstraint("(keyword_rule_id IS NULL) <> (survey_id IS NULL)", name="one_owner"),
        Index("ix_trigger_words_keyword_rule_id", "keyword_rule_id"),
        Index("ix_trigger_words_survey_id", "survey_id"),
        Index("uq_trigger_words_folded", "folded", unique=True),
    )

    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    # How it is compared with what is texted (fold_words()); null until the program has filled it,
    # and for the second of two words of an older release that fold alike.
    folded: Mapped[str | None] = mapped_column(String(40))
    keyword_rule_id: Mapped[int | None] = mapped_column(
        ForeignKey("keyword_rules.id", ondelete="CASCADE")
    )
    survey_id: Mapped[int | None] = mapped_column(ForeignKey("survey_flows.id", ondelete="CASCADE"))


def build_trigger_word_ddl(table: str, column: str, owner: str) -> tuple[str, ...]:
    """Return the triggers that keep the main word of each row of `table` in `trigger_words`.

    `owner` is the column of `trigger_words` that points to the row. A deleted row takes its words
    along by the foreign key.
    """
    # Triggers, and no code: rows written by whatever program keep the words unique.
    add_word = f"INSERT INTO trigger_words (word, {owner}) VALUES (new.{column}, new.id)"
    remove_word = f"DELETE FROM trigger_words WHERE word = old.{column} AND {owner} = old.id"
    return (
        f"CREATE TRIGGER {table}_word_insert AFTER INSERT ON {table} BEGIN {add_word}; END",
        f"CREATE TRIGGER {table}_word_update AFTER UPDATE OF {column} ON {table} "
        f"WHEN new.{column} <> old.{column} BEGIN {remove_word}; {add_word}; END",
    )


survey_flows = cast("Table", SurveyFlow.__table__)
survey_sessions = cast("Table", SurveySession.__table__)
survey_answers = cast("Table", SurveyAnswer.__table__)
trigger_words = cast("Table", TriggerWord.__table__)

for _statement in build_trigger_word_ddl("survey_flows", "trigger_keyword", "survey_id"):
    event.listen(SurveyFlow.__table__, "after_create", DDL(_statement))
