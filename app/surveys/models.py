"""Surveys."""

from sqlalchemy import ForeignKey, Index, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.columns import changed, count, key, long_text, stamp
from app.kit.db import Model


class SurveyFlow(Model):
    """Questions that a person answers by text after texting the keyword."""

    __tablename__ = "survey_flows"
    __table_args__ = (Index("ix_survey_flows_linked_event_id", "linked_event_id"),)

    id: Mapped[key]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    trigger_keyword: Mapped[str] = mapped_column(String(40), unique=True)
    intro_message: Mapped[str | None] = mapped_column(Text)
    questions_json: Mapped[long_text]
    completion_message: Mapped[str | None] = mapped_column(Text)
    linked_event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"))
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    start_count: Mapped[count]
    completion_count: Mapped[count]
    created_at: Mapped[stamp]
    updated_at: Mapped[changed]
