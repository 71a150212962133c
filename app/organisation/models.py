"""The organisation's row."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    add_updated_at_trigger,
    bool_default_false,
    enum_column,
    primary_key,
    texts_by_language,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.domain.accounts.one_time_codes import SecondFactorRule
from app.domain.texts.message_templates import DEFAULT_OPT_OUT_FOOTER
from app.domain.texts.text_languages import LANGUAGE_TAG_LENGTH

MAX_FOOTER_LENGTH = 160


class Organisation(Model):
    """The one row of settings that people edit in the browser."""

    __tablename__ = "organisation"
    __column_classes__ = ColumnClasses(
        public=(
            "name timezone region currency footer help_reply stop_reply start_reply language "
            "footers"
        ),
        administrative="switched_off",
    )
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint("footers IS NULL OR json_valid(footers)", name="footers"),
        CheckConstraint("introduction_days BETWEEN 1 AND 365", name="introduction_days"),
    )

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(100))
    timezone: Mapped[str] = mapped_column(String(64), server_default="UTC")
    region: Mapped[str] = mapped_column(String(2), server_default="US")
    currency: Mapped[str] = mapped_column(String(3), server_default="USD")
    price_per_segment: Mapped[Decimal | None]
    footer: Mapped[str] = mapped_column(
        String(MAX_FOOTER_LENGTH), server_default=DEFAULT_OPT_OUT_FOOTER
    )
    undo_seconds: Mapped[int | None]
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]
    # True: only people with a recorded yes are texted
    consent_required: Mapped[bool_default_false]
    # what answers HELP, STOP and START; null: our own words with the organisation's name
    help_reply: Mapped[str | None] = mapped_column(String(480))
    stop_reply: Mapped[str | None] = mapped_column(String(320))
    start_reply: Mapped[str | None] = mapped_column(String(320))
    # True: Twilio's own answer to HELP is switched off, so ours is sent
    answers_help: Mapped[bool_default_false]
    # True: everything here is made up, and may be erased at once
    is_demo: Mapped[bool_default_false]
    # what its texts are written in, where no other language is chosen: a BCP 47 tag
    language: Mapped[str] = mapped_column(
        String(LANGUAGE_TAG_LENGTH), default="en", server_default="en"
    )
    # the line about opting out in other languages, by their tags; none: built-in lines
    footers: Mapped[texts_by_language]
    # a text to a number says who writes when none did in this many days; null: none does
    introduction_days: Mapped[int | None]
    # who must have a second factor to sign in
    second_factor_for: Mapped[SecondFactorRule] = mapped_column(
        enum_column(SecondFactorRule),
        default=SecondFactorRule.NOBODY,
        server_default=SecondFactorRule.NOBODY,
    )
    # the blueprints whose pages are hidden, with blanks between them
    switched_off: Mapped[str] = mapped_column(String(200), default="", server_default="")


add_updated_at_trigger(
    Organisation,
    "name",
    "timezone",
    "region",
    "currency",
    "price_per_segment",
    "footer",
    "undo_seconds",
    "consent_required",
    "help_reply",
    "stop_reply",
    "start_reply",
    "answers_help",
    "language",
    "footers",
    "introduction_days",
)
