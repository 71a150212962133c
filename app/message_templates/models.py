"""Templates, and every text that each has had."""

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, String, event, text, true
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    enum_column,
    int_default_zero,
    long_text,
    primary_key,
    timestamp,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.domain.texts.template_purposes import TemplatePurpose

MAX_TEMPLATE_NAME_LENGTH = 80
MAX_LANGUAGE_LENGTH = 35


class MessageTemplate(Model):
    """A text that is used again and again, in one or several languages.

    `revision` grows with each change, so that of two people who edit at once the second is told.
    A deleted template that was used keeps its row, with `archived_at`: sent texts name it.
    """

    __tablename__ = "message_templates"
    __column_classes__ = ColumnClasses(
        administrative="name folded_name seed_key created_by updated_by",
    )
    __table_args__ = (
        CheckConstraint("archived_at IS NULL OR NOT is_active", name="archived_is_off"),
        # The name of a deleted template is free again.
        Index(
            "uq_message_templates_folded_name",
            "folded_name",
            unique=True,
            sqlite_where=text("archived_at IS NULL"),
        ),
        # The audit names it by number: that of a deleted one is not given again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(MAX_TEMPLATE_NAME_LENGTH))
    folded_name: Mapped[str] = mapped_column(String(2 * MAX_TEMPLATE_NAME_LENGTH))
    purpose: Mapped[TemplatePurpose] = mapped_column(enum_column(TemplatePurpose))
    # False: not offered in menus
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    usage_count: Mapped[int_default_zero]
    last_used_at: Mapped[timestamp | None]
    # of a template that came with the program: which one it is, whatever it is called now
    seed_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_by: Mapped[str | None] = mapped_column(String(80))
    # null: no user has changed it since it was made
    updated_by: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]
    archived_at: Mapped[timestamp | None]


class MessageTemplateVersion(Model):
    """One text of a template in one language; the newest number is the one in use.

    Versions are only added. An empty body says that the language was removed.
    """

    __tablename__ = "message_template_versions"
    __column_classes__ = ColumnClasses(public="body", administrative="language created_by")
    __table_args__ = (
        Unique("template_id", "language", "number", name="unique_template_version"),
        # A text is recognized as a template's when it is scheduled, and with each automatic answer.
        Index("ix_message_template_versions_body", "body"),
    )

    id: Mapped[primary_key]
    template_id: Mapped[int] = mapped_column(ForeignKey("message_templates.id", ondelete="CASCADE"))
    # BCP 47: "en", "es", "pt-BR"
    language: Mapped[str] = mapped_column(String(MAX_LANGUAGE_LENGTH))
    number: Mapped[int]
    body: Mapped[long_text]
    character_count: Mapped[int]
    segments: Mapped[int]
    created_by: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[timestamp_default_now]


# Versions go only with their template, and that one only while no text was made from it.
TEMPLATE_TRIGGERS = (
    "CREATE TRIGGER message_template_versions_no_update BEFORE UPDATE ON message_template_versions "
    "BEGIN SELECT RAISE(ABORT, 'message_template_versions is append-only'); END",
    "CREATE TRIGGER message_template_versions_no_delete BEFORE DELETE ON message_template_versions "
    "WHEN EXISTS (SELECT 1 FROM message_templates WHERE id = old.template_id) "
    "BEGIN SELECT RAISE(ABORT, 'message_template_versions is append-only'); END",
)
TEMPLATE_DELETE_TRIGGER = (
    "CREATE TRIGGER message_templates_no_delete BEFORE DELETE ON message_templates "
    "WHEN old.usage_count > 0 "
    "BEGIN SELECT RAISE(ABORT, 'texts were made from this template'); END"
)
event.listen(MessageTemplate.__table__, "after_create", DDL(TEMPLATE_DELETE_TRIGGER))
for _statement in TEMPLATE_TRIGGERS:
    event.listen(MessageTemplateVersion.__table__, "after_create", DDL(_statement))
