"""Keywords and what they do."""

from enum import StrEnum

from sqlalchemy import DDL, ForeignKey, Index, String, Text, event, true
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    add_updated_at_trigger,
    bool_default_false,
    enum_column,
    int_default_zero,
    primary_key,
    timestamp,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.domain.texts.text_languages import LANGUAGE_TAG_LENGTH
from app.surveys.models import build_trigger_word_ddl


class KeywordMatch(StrEnum):
    """Where in a text the keyword has to stand."""

    WHOLE = "whole"
    FIRST = "first"


class KeywordAction(StrEnum):
    """What else happens when somebody texts the keyword."""

    NONE = "none"
    ADD_TO_EVENT = "add_to_event"
    START_SURVEY = "start_survey"
    SUBSCRIBE = "subscribe"
    JOIN_GROUP = "join_group"
    LEAVE_GROUP = "leave_group"


GROUP_ACTIONS = (KeywordAction.JOIN_GROUP, KeywordAction.LEAVE_GROUP)


class KeywordRule(Model):
    """A keyword with its answer. All its words, aliases too, are in `trigger_words`."""

    __tablename__ = "keyword_rules"
    __column_classes__ = ColumnClasses(
        public="keyword response_body",
        administrative="sets_language created_by",
    )
    __table_args__ = (
        Index("ix_keyword_rules_event_id", "event_id"),
        Index("ix_keyword_rules_survey_id", "survey_id"),
        Index("ix_keyword_rules_group_id", "group_id"),
        # The audit names it by number: that of a deleted one is not given again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[primary_key]
    keyword: Mapped[str] = mapped_column(String(40), unique=True)
    response_body: Mapped[str | None] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    match_kind: Mapped[KeywordMatch] = mapped_column(
        enum_column(KeywordMatch, name="match"),
        default=KeywordMatch.WHOLE,
        server_default=KeywordMatch.WHOLE,
    )
    active_from: Mapped[timestamp | None]
    active_until: Mapped[timestamp | None]
    action: Mapped[KeywordAction] = mapped_column(
        enum_column(KeywordAction),
        default=KeywordAction.NONE,
        server_default=KeywordAction.NONE,
    )
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"))
    survey_id: Mapped[int | None] = mapped_column(
        ForeignKey("survey_flows.id", ondelete="SET NULL")
    )
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id", ondelete="SET NULL"))
    # Whoever texts it reads this language from then on: a BCP 47 tag
    sets_language: Mapped[str | None] = mapped_column(String(LANGUAGE_TAG_LENGTH))
    # Whoever texts it has checked in on that day (app/check_ins).
    counts_as_check_in: Mapped[bool_default_false]
    match_count: Mapped[int_default_zero]
    last_matched_at: Mapped[timestamp | None]
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]
    created_by: Mapped[str | None] = mapped_column(String(80))


for _statement in build_trigger_word_ddl("keyword_rules", "keyword", "keyword_rule_id"):
    event.listen(KeywordRule.__table__, "after_create", DDL(_statement))


add_updated_at_trigger(
    KeywordRule,
    "keyword",
    "response_body",
    "is_active",
    "match_kind",
    "active_from",
    "active_until",
    "action",
    "event_id",
    "survey_id",
    "group_id",
    "sets_language",
)
