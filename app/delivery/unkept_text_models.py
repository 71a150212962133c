"""Texts from a number that wrote too often: they are counted, not stored."""

from datetime import date

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import e164, timestamp
from app.core.db import Model
from app.core.held_data import HeldAs


class UnkeptTexts(Model):
    """How many texts of one number on one day (UTC) were not stored word by word."""

    __tablename__ = "unkept_texts"
    __column_classes__ = ColumnClasses(others=PERSONAL, personal="phone day")
    __held_as__ = HeldAs("Texts that were counted and not kept")
    __table_args__ = (
        Index("ix_unkept_texts_untold", "first_at", sqlite_where=text("told_at IS NULL")),
    )

    phone: Mapped[e164] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    text_count: Mapped[int]
    first_at: Mapped[timestamp]
    last_at: Mapped[timestamp]
    # when an admin was told; null: not yet
    told_at: Mapped[timestamp | None]
