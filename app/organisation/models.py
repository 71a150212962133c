"""The organisation's row."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.wording import DEFAULT_FOOTER
from app.kit.columns import changed, flag, key, stamp
from app.kit.db import Model


class Organisation(Model):
    """The one row of settings that people edit in the browser."""

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[key]
    name: Mapped[str] = mapped_column(String(100))
    timezone: Mapped[str] = mapped_column(String(64), server_default="UTC")
    region: Mapped[str] = mapped_column(String(2), server_default="US")
    currency: Mapped[str] = mapped_column(String(3), server_default="USD")
    price_per_segment: Mapped[Decimal | None]
    footer: Mapped[str] = mapped_column(String(160), server_default=DEFAULT_FOOTER)
    undo_seconds: Mapped[int | None]
    created_at: Mapped[stamp]
    updated_at: Mapped[changed]
    # True: only people with a recorded yes are texted
    consent_required: Mapped[flag]
    # what answers HELP, STOP and START; null: our own words with the organisation's name
    help_reply: Mapped[str | None] = mapped_column(String(480))
    stop_reply: Mapped[str | None] = mapped_column(String(320))
    start_reply: Mapped[str | None] = mapped_column(String(320))
    # True: Twilio's own answer to HELP is switched off, so ours is sent
    answers_help: Mapped[flag]
