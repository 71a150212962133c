"""Keywords and what they do."""

from enum import StrEnum

from sqlalchemy import DDL, ForeignKey, Index, String, Text, event, true
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.columns import changed, count, key, moment, stamp, words
from app.kit.db import Model
from app.surveys.models import kept_words


class Match(StrEnum):
    """Where in a text the keyword has to stand."""

    WHOLE = "whole"
    FIRST = "first"


class KeywordAction(StrEnum):
    """What else happens when somebody texts the keyword."""

    NONE = "none"
    ADD_TO_EVENT = "add_to_event"
    START_SURVEY = "start_survey"
    SUBSCRIBE = "subscribe"


class KeywordRule(Model):
    """A keyword with its answer. All its words, aliases too, are in `trigger_words`."""

    __tablename__ = "keyword_rules"
    __table_args__ = (
        Index("ix_keyword_rules_event_id", "event_id"),
        Index("ix_keyword_rules_survey_id", "survey_id"),
    )

    id: Mapped[key]
    keyword: Mapped[str] = mapped_column(String(40), unique=True)
    response_body: Mapped[str | None] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    match_kind: Mapped[Match] = mapped_column(
        words(Match), default=Match.WHOLE, server_default=Match.WHOLE
    )
    active_from: Mapped[moment | None]
    active_until: Mapped[moment | None]
    action: Mapped[KeywordAction] = mapped_column(
        words(KeywordAction),
        default=KeywordAction.NONE,
        server_default=KeywordAction.NONE,
    )
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("events.id", ondelete="SET NULL")
    )
    survey_id: Mapped[int | None] = mapped_column(
        ForeignKey("survey_flows.id", ondelete="SET NULL")
    )
    match_count: Mapped[count]
    last_matched_at: Mapped[moment | None]
    created_at: Mapped[stamp]
    updated_at: Mapped[changed]
    created_by: Mapped[str | None] = mapped_column(String(80))


for _statement in kept_words("keyword_rules", "keyword", "keyword_rule_id"):
    event.listen(KeywordRule.__table__, "after_create", DDL(_statement))
